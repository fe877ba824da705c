import { findAsset } from '../../_web/assets';
import { pathParts, respond } from '../../_web/http';

export async function GET(request: Request): Promise<Response> {
  const found = findAsset(pathParts(request)?.[1] ?? '');
  if (!found) return respond('There is no such file.\n', 404, { 'Content-Type': 'text/plain; charset=utf-8' });
  return respond(new Uint8Array(found.asset.body), 200, {
    'Content-Type': found.asset.type,
    ETag: `W/"${found.asset.name}"`,
    'Cache-Control': found.exact ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
}
