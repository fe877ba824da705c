import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PACKED_COLUMNS, PLACED_COLUMNS } from '#db/write/columns';
import { SEARCH_COLUMNS } from '#query/term';
import { parseMail } from '../parse';
import { pack } from './pack';

/** The columns of the index for a mail. */
async function wordsOf(raw: string): Promise<string[]> {
  const bytes = Buffer.from(raw);
  const { words, columnEnds } = pack([{ message: await parseMail(bytes, { receivedAt: null }), raw: bytes }]);
  const ends = [0, ...columnEnds];
  return Array.from({ length: SEARCH_COLUMNS.length }, (_, n) =>
    Buffer.from(words.subarray(ends[n], ends[n + 1])).toString(),
  );
}

it('puts an attached patch into the columns of a diff too, but no other attachment', async () => {
  const part = (name: string, text: string) =>
    `--XX\nContent-Type: text/x-patch; name="${name}"\nContent-Disposition: attachment; filename="${name}"\n\n${text}\n`;
  const diff =
    'diff --git a/words.c b/words.c\nindex 2222222..3333333 100644\n--- a/words.c\n+++ b/words.c\n@@ -4,3 +4,3 @@ speak()\n before\n-removed_word\n+added_word\n after\n';
  const words = await wordsOf(
    `From: Ada Example <ada@example.org>\nSubject: words\nMessage-ID: <w@example.org>\nDate: Wed, 4 Mar 2020 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="XX"\n\n--XX\nContent-Type: text/plain\n\nHere it is.\n\n${part('words.patch', diff)}${part('notes.txt', '+++ a note')}--XX--\n`,
  );
  for (const one of [
    'a/words.c b/words.c\na/words.c\nb/words.c',
    'speak()',
    'removed_word',
    'added_word',
    'before\nafter',
  ])
    expect(words).toContain(one);
  expect(words.filter((column) => column.includes('a note'))).toHaveLength(1);
});

it('fills the columns that the schema has', () => {
  const schema = readFileSync(join(import.meta.dirname, '../../db/schema.sql'), 'utf8').replace(/--.*/g, '');
  const columnsOf = (create: RegExp, isColumn: (part: string) => boolean) =>
    (create.exec(schema)?.[1] ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(isColumn)
      .map((part) => part.split(/\s/)[0]);
  expect(columnsOf(/TABLE search USING fts5 \(([\s\S]*?)\n\);/, (part) => !part.includes('='))).toEqual([
    ...SEARCH_COLUMNS,
  ]);
  const message = columnsOf(/TABLE message \(([\s\S]*?)\n\);/, () => true);
  expect([...message].sort()).toEqual([...PLACED_COLUMNS, ...PACKED_COLUMNS].sort());
});
