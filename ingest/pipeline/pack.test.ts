import { expect, it } from 'vitest';
import { SEARCH_COLUMNS } from '#query/term';
import { parseMail } from '../parse';
import { pack } from './pack';

/** The columns of the index that one mail fills. */
async function wordsOf(raw: string): Promise<string[]> {
  const bytes = Buffer.from(raw);
  const { words, columnEnds } = pack([{ message: await parseMail(bytes, { receivedAt: null }), raw: bytes }]);
  const ends = [0, ...columnEnds];
  return Array.from({ length: SEARCH_COLUMNS }, (_, n) => Buffer.from(words.subarray(ends[n], ends[n + 1])).toString());
}

it('files an attached patch under the columns of a diff too, and no other attachment', async () => {
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
