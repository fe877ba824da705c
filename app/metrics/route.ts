import { dataLag, nodeStatus } from '#db/nodestatus';
import { type Health, health, holdings } from '#db/queries/health';
import { respond } from '../_web/http';
import { archive, archiveVersion, lastIngest, nodeLag, nodeSequence, register } from '../_web/metrics';
import { openReader } from '../_web/reader';
import { settings } from '../_web/settings';

/** In Prometheus's text format. Only counts: no mail, address or query is in it. */
export async function GET(): Promise<Response> {
  await measureArchive().catch(() => {});
  measureNode();
  return respond(await register.metrics(), 200, { 'Content-Type': register.contentType, 'Cache-Control': 'no-store' });
}

function measureNode(): void {
  const node = process.env.THREADLINE_NATS ? nodeStatus(settings.database) : null;
  if (!node) return;
  nodeLag.set(dataLag(node, Date.now()));
  nodeSequence.set({ at: 'node' }, node.sequence);
  nodeSequence.set({ at: 'log' }, node.last);
}

let measured = -1;

/** Counts again when the data have changed. If the database cannot be read, the last figures remain, and /healthz reports it. */
async function measureArchive(): Promise<void> {
  const reader = await openReader();
  if (!reader) return;
  await reader.read(async (db) => {
    const { dataVersion, changedAt }: Health = await health(db);
    archiveVersion.set(dataVersion);
    if (changedAt !== null) lastIngest.set(changedAt);
    if (dataVersion === measured) return;
    for (const [what, count] of Object.entries(await holdings(db))) archive.set({ what }, count);
    measured = dataVersion;
  });
}
