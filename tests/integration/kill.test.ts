import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ARCHIVES, archive } from '../archives';
import { command, ingest, scratch } from '../command';

const ROOT = resolve(import.meta.dirname, '../..');
const KILLS = Number(process.env.THREADLINE_KILLS ?? 8);

/** Starts an ingest and kills it after so many milliseconds; tells whether it was still running. */
function killAfter(database: string, source: string, milliseconds: number): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [`${ROOT}/dist/ingest.mjs`, source], {
      env: { ...process.env, THREADLINE_DB: database },
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    child.on('exit', (_, signal) => {
      clearTimeout(timer);
      done(signal === 'SIGKILL');
    });
  });
}

describe.skipIf(ARCHIVES === null)('an ingest that is killed', () => {
  const folder = scratch();
  afterAll(() => folder.remove());

  it('is completed by the next, as if nothing had happened', async () => {
    const source = archive('kexec');
    const [calm, disturbed] = [`${folder.path}/calm.sqlite`, `${folder.path}/disturbed.sqlite`];
    const started = performance.now();
    ingest(calm, source);
    const whole = performance.now() - started;
    let killed = 0;
    for (let n = 0; n < KILLS; n++) {
      // Spread over the run, later and later: what was done stays done.
      const share = (n + 0.5) / KILLS;
      if (await killAfter(disturbed, source, 120 + share * whole)) killed++;
    }
    ingest(disturbed, source);
    expect(killed).toBeGreaterThan(0);
    expect(command('verify', [], disturbed)).toMatchObject({ status: 0 });
    for (const kind of ['messages', 'threads', 'series', 'trailers']) {
      const [one, other] = [calm, disturbed].map((database) =>
        createHash('sha256')
          .update(command('export', [kind], database).stdout)
          .digest('hex'),
      );
      expect(other, kind).toBe(one);
    }
    console.info(`${killed} of ${KILLS} runs were killed`);
  });
});
