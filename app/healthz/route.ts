import { dataLag, nodeStatus } from '#db/nodestatus';
import { health } from '#db/queries/health';
import { respond } from '../_web/http';
import { openReader } from '../_web/reader';
import { settings } from '../_web/settings';

/** For operators and load balancers: 200 while the database can be read, else 503 with the reason. */
export async function GET(): Promise<Response> {
  const version = process.env.THREADLINE_VERSION ?? 'unknown';
  try {
    const reader = await openReader();
    if (!reader) return answer(503, { status: 'no database', version });
    const { dataVersion, changedAt } = await reader.read(health);
    const node = process.env.THREADLINE_NATS ? nodeStatus(settings.database) : null;
    return answer(200, {
      status: 'ok',
      version,
      data_version: dataVersion,
      last_ingest: changedAt === null ? null : new Date(changedAt * 1000).toISOString(),
      ...(node ? { node: { ...node, lag: dataLag(node, Date.now()) } } : {}),
    });
  } catch {
    return answer(503, { status: 'database cannot be read', version });
  }
}

function answer(status: number, value: object): Response {
  return respond(`${JSON.stringify(value)}\n`, status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...(status === 503 ? { 'Retry-After': '5' } : {}),
  });
}
