import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { scratch } from '../command';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = scratch();
afterAll(folder.remove);

it('half a second of each reader finds no fault, and leaves a corpus', () => {
  const ran = spawnSync(process.execPath, ['dist/fuzz.mjs', '--seconds', '0.5', '--corpus', folder.path], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(ran.status, ran.stdout + ran.stderr).toBe(0);
  const results = [...ran.stdout.matchAll(/^(\w+): (\d+) inputs, (\d+) blocks/gm)];
  expect(results.map(([, name]) => name)).toEqual(['header', 'mime', 'html', 'query', 'mbox', 'diff']);
  for (const [, name = '', , blocks] of results) {
    expect(Number(blocks)).toBeGreaterThan(100);
    // At least its seeds; on a busy machine there may be no time for more.
    expect(readdirSync(`${folder.path}/${name}`).length).toBeGreaterThan(1);
  }
});
