import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultsOf, fingerprint } from '../../bench/fingerprint';
import { ARCHIVES, archive } from '../archives';
import { command, ingest, scratch } from '../command';
import { diskEvents, diskShim, type Loss, powerFailure } from '../disk/playback';

const ALL = process.env.THREADLINE_TEST_ALL === '1';
const ROOT = resolve(import.meta.dirname, '../..');
const folder = scratch();
afterAll(() => folder.remove());

const shim = diskShim(folder.path);
const FAILURES = Number(process.env.THREADLINE_FAILURES ?? (ALL ? 100 : 9));
const LOSSES: Loss[] = ['some is kept', 'only what was flushed is kept', 'all is kept'];

function sampleArchive(): string {
  const path = `${folder.path}/sample.mbox`;
  writeFileSync(path, command('sample', ['--messages', '1500', '--seed', '2'], `${folder.path}/none.sqlite`).stdout);
  return path;
}

/** A seeded generator (mulberry32), for the same moments each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(shim === null)('a power failure', () => {
  it('at any moment of an ingest leaves a consistent database that the next run completes', async () => {
    const source = ALL && ARCHIVES ? archive(process.env.THREADLINE_POWER ?? 'kexec') : sampleArchive();
    const calm = `${folder.path}/calm/t.sqlite`;
    const log = `${folder.path}/disk.log`;
    const { status } = spawnSync(process.execPath, [`${ROOT}/dist/ingest.mjs`, source], {
      env: {
        ...process.env,
        THREADLINE_DB: calm,
        LD_PRELOAD: shim ?? '',
        DISK_FILES: `${calm.slice(0, -1)}`,
        DISK_LOG: log,
      },
      stdio: 'ignore',
    });
    expect(status).toBe(0);
    const events = diskEvents(log);
    expect(events.filter(({ kind }) => kind === 'flush').length).toBeGreaterThan(1);
    const wanted = await fingerprint(calm);
    const random = randomFrom(7);
    let empty = 0;
    for (let n = 0; n < FAILURES; n++) {
      const place = `${folder.path}/failure`;
      rmSync(place, { recursive: true, force: true });
      mkdirSync(place);
      const database = `${place}/t.sqlite`;
      const moment = Math.floor(((n + random()) / FAILURES) * events.length);
      const loss = LOSSES[n % LOSSES.length] as Loss;
      powerFailure(events, moment, loss, place, random);
      const what = `${moment} of ${events.length}, ${loss}`;
      if (statSync(database, { throwIfNoEntry: false })?.size) {
        const faults = await faultsOf(database).catch((error: Error) => {
          // While the tables are created, the file is empty, or only a writer can roll back the incomplete transaction.
          const isMade = moment > events.findIndex(({ kind, file }) => kind === 'flush' && file.endsWith('-wal'));
          const awaited = isMade ? /the database is empty/ : /the database is empty|read-only\. Let this user/;
          if (!awaited.test(error.message)) throw new Error(`${what}: ${error.message}`);
          empty++;
          return [];
        });
        expect(faults, what).toEqual([]);
      } else empty++;
      ingest(database, source);
      expect(await faultsOf(database), what).toEqual([]);
      expect(await fingerprint(database), what).toEqual(wanted);
    }
    console.info(`${FAILURES} power failures among ${events.length} writes; ${empty} before anything was stored`);
  });
});
