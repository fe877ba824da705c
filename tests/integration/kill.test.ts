import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ARCHIVES, archive } from '../archives';
import { command, scratch } from '../command';

const ALL = process.env.THREADLINE_TEST_ALL === '1';
const KILLS = process.env.THREADLINE_KILLS ?? (ALL ? '100' : '6');

describe('an ingest that is killed', () => {
  const folder = scratch();
  afterAll(() => folder.remove());

  /** A clone without archives uses the sample archive, which takes long enough to be killed. */
  function source(): string {
    if (ARCHIVES) return archive(ALL ? 'linux-edac' : 'kexec');
    const path = `${folder.path}/sample.mbox`;
    writeFileSync(path, command('sample', ['--messages', '3000', '--seed', '4'], path).stdout);
    return path;
  }

  it('leaves a consistent database, which the next ingest completes with the same result', () => {
    const { status, stdout } = command('kills', ['--kills', KILLS, '--chain', '6', source()], folder.path);
    console.info(stdout);
    expect(stdout).toContain('verified after each; every export the same');
    expect(status).toBe(0);
  });
});
