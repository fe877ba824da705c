import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applyHunks, type BlobDiff, blobDiffs } from './blob';

const read = (text: string): BlobDiff[] => [...blobDiffs(text)];

const NEW =
  'diff --git a/x.c b/x.c\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/x.c\n@@ -0,0 +1,3 @@\n+one\n+two\n+three\n';
const CHANGE =
  'diff --git a/x.c b/x.c\nindex 1111111..2222222 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,4 @@ head\n one\n-two\n+2\n+2b\n three\n';

describe('diffs that name blobs', () => {
  it('are read with text around them', () => {
    const found = read(`Why.\n---\n x.c | 4 ++\n\n${NEW}${CHANGE}-- \n2.39.5\n`);
    expect(found.map(({ pre, post, path }) => [pre, post, path])).toEqual([
      ['0000000', '1111111', 'x.c'],
      ['1111111', '2222222', 'x.c'],
    ]);
    expect(found[1]?.hunks).toHaveLength(1);
    expect(found[1]?.hunks[0]?.lines).toEqual([' one\n', '-two\n', '+2\n', '+2b\n', ' three\n']);
  });

  it.each([
    ['a hunk that ends too soon', CHANGE.replace(' three\n', '')],
    ['no hunk', CHANGE.replace(/@@[\s\S]*/, '')],
    ['a line that mailers wrapped', CHANGE.replace('+2b', '+2b\nwrapped')],
  ])('are nothing with %s', (_, text) => {
    expect(read(text)).toEqual([]);
  });

  it('an empty context line without its space is accepted', () => {
    const [diff] = read('index 1111111..2222222\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n one\n\n+two\n');
    expect(applyHunks('one\n\n', diff?.hunks ?? [])).toBe('one\n\ntwo\n');
  });

  it('names are read in quotes and for deletions', () => {
    const [diff] = read('index 1111111..0000000\n--- "a/b c.h"\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n');
    expect(diff?.path).toBe('b c.h');
  });
});

describe('hunks', () => {
  const apply = (file: string, text: string) => applyHunks(file, read(text)[0]?.hunks ?? []);

  it('make the file after the change', () => {
    expect(apply('', NEW)).toBe('one\ntwo\nthree\n');
    expect(apply('one\ntwo\nthree\nfour\n', CHANGE)).toBe('one\n2\n2b\nthree\nfour\n');
    expect(apply('a\nb\n', 'index 1111111..2222222\n--- a/x\n+++ b/x\n@@ -1,0 +2 @@\n+c\n')).toBe('a\nc\nb\n');
  });

  it('context lines come from the file', () => {
    expect(apply('one\t \ntwo\nthree\n', CHANGE)).toBe('one\t \n2\n2b\nthree\n');
  });

  it('do not apply to a shorter file', () => {
    expect(apply('one\ntwo\n', CHANGE)).toBeNull();
  });

  it('a last line may lose or get its line end', () => {
    const without =
      'index 1111111..2222222\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n';
    expect(apply('a', without)).toBe('a\nb');
  });

  it('the name that git gives', () => {
    const file = apply('', NEW) ?? '';
    // git hash-object
    expect(createHash('sha1').update(`blob ${file.length}\0${file}`).digest('hex')).toBe(
      '4cb29ea38f70d7c61b2a3a25b02e3bdf44905402',
    );
  });
});
