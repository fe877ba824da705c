import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { command, scratch } from '../command';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = scratch();
afterAll(folder.remove);

describe('64 clients on all kinds of pages, half a minute long, while mails arrive', () => {
  it('get complete answers from one state of the data, and no server error', () => {
    const [base, more] = [1, 2].map((seed) => {
      const path = `${folder.path}/seed-${seed}.mbox`;
      writeFileSync(
        path,
        command('sample', ['--messages', '600', '--seed', String(seed)], `${folder.path}/none`).stdout,
      );
      return path;
    }) as [string, string];
    const ran = spawnSync(process.execPath, ['dist/soak.mjs', '--hostile', '--minutes', '0.5', '--into', more, base], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toContain('No fault');
    const answers = Number(/([\d,]+) answers/.exec(ran.stdout)?.[1]?.replaceAll(',', ''));
    expect(answers).toBeGreaterThan(100);
    // Mails must have arrived during the test.
    expect(Number(/ingest, ([\d,]+) mails stored/.exec(ran.stdout)?.[1]?.replaceAll(',', ''))).toBeGreaterThan(0);
  });
});
