import { dataVersion } from '#db/queries/home';
import { respond } from '../_lib/http';
import { openReader } from '../_lib/reader';

/** For operators: 200 while the database can be read. */
export async function GET(): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  try {
    const reader = await openReader();
    if (!reader) return respond('{"status":"no database"}\n', 503, headers);
    const version = await reader.read(dataVersion);
    return respond(`${JSON.stringify({ status: 'ok', data_version: Number(version) })}\n`, 200, headers);
  } catch {
    return respond('{"status":"database cannot be read"}\n', 503, headers);
  }
}
