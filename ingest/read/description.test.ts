import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describedBy, readDescription } from './description';

describe('the description of a list', () => {
  it.each([
    ['Talk about radios\n', 'Talk about radios'],
    ['Talk about radios [epoch 12]', 'Talk about radios'],
    ["Unnamed repository; edit this file 'description' to name the repository.\n", null],
    ['unnamed public inbox', null],
    ['$INBOX_DIR/description missing', null],
    ['  \n', null],
    [null, null],
    [7, null],
    ['a\u0000b\u202ec', 'abc'],
    ['x'.repeat(9000), 'x'.repeat(300)],
  ])('%j is %j', (text, said) => expect(describedBy(text)).toBe(said));

  it('is read from a folder if it is a small file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'description-'));
    expect(await readDescription(folder)).toBeNull();
    writeFileSync(join(folder, 'description'), 'Talk about radios\n');
    expect(await readDescription(folder)).toBe('Talk about radios');
    writeFileSync(join(folder, 'description'), 'x'.repeat(100_000));
    expect(await readDescription(folder)).toBeNull();
    rmSync(join(folder, 'description'));
    mkdirSync(join(folder, 'description'));
    expect(await readDescription(folder)).toBeNull();
    rmSync(folder, { recursive: true });
  });
});
