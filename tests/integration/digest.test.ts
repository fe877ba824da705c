import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { newestDigests } from '../../db/queries/debates';
import { type Digest, readDigest } from '../../db/queries/digest';
import { digestedOf, discussionOf } from '../../db/queries/discussion';
import { listSeries } from '../../db/queries/serieslist';
import { threadOf } from '../../db/queries/thread';
import { ingest, scratch } from '../command';

/** A mail: its name, the mail that it answers, its author, its day in January 2024, its subject and its text. */
type Written = [name: string, to: string | null, author: string, day: number, subject: string, text: string];

const DEBATE: Written[] = [
  [
    'debate-first-mail',
    null,
    'Ann',
    2,
    'Dumps from a kernel that crashed',
    'Hello all,\nthe kernel that has crashed cannot be trusted with writing its own dump to a disk.\n\nWhat do you make of that?',
  ],
  [
    'debate-second-mail',
    'debate-first-mail',
    'Bob',
    3,
    'Re: Dumps from a kernel that crashed',
    '> the kernel that has crashed cannot be trusted with writing its own dump to a disk.\n\nIt has written mine for three years, on every board we ever sold to anybody.',
  ],
  [
    'debate-third-mail',
    'debate-second-mail',
    'Cid',
    4,
    'Re: Dumps from a kernel that crashed',
    '> It has written mine for three years, on every board we ever sold to anybody.\n\nThen you were lucky.',
  ],
  [
    'later-in-its-answer',
    null,
    'Dan',
    9,
    'A second kernel for dumps',
    'As Cid said in https://lore.kernel.org/r/debate-third-mail@example.org/ it was luck.',
  ],
  [
    'patch-that-is-refused',
    null,
    'Fay',
    11,
    '[PATCH] disk: read the flag later',
    'Hi all,\n\nI am resending this as plain text.\n\nThe disk is written twice on every board, because the flag is read before it is set.\n\nSigned-off-by: Fay Example <fay@example.org>\n---\n a.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b',
  ],
  [
    'answer-that-refuses',
    'patch-that-is-refused',
    'Gus',
    12,
    'Re: [PATCH] disk: read the flag later',
    '> The disk is written twice on every board, because the flag is read before it is set.\n\nNAK.\n\nThat breaks every board that has no such flag, so it must not be done here.\n\nPlease fix the typo in the subject, and trim your mails.\n\nThanks,\nGus',
  ],
  ['another-thread-now', null, 'Eve', 10, 'Something else', 'Nobody here speaks of what was said above, or names it.'],
];

const mbox = DEBATE.map(
  ([name, to, author, day, subject, text]) =>
    `From ${name} Mon Jan  1 00:00:00 2024\nMessage-ID: <${name}@example.org>\n${to ? `In-Reply-To: <${to}@example.org>\n` : ''}` +
    `From: ${author} Example <${author.toLowerCase()}@example.org>\nTo: digest-test@example.org\nSubject: ${subject}\n` +
    `Date: ${new Date(Date.UTC(2024, 0, day, 12)).toUTCString().replace('GMT', '+0000')}\n\n${text}\n`,
).join('\n');

describe('a digest', () => {
  const folder = scratch();
  let reader: Reader;
  let digest: Digest;
  let refused: Digest;

  beforeAll(async () => {
    writeFileSync(`${folder.path}/digest-test.mbox`, mbox);
    ingest(`${folder.path}/t.sqlite`, `${folder.path}/digest-test.mbox`);
    reader = await Reader.open(`${folder.path}/t.sqlite`, 1);
    digest = (await reader.read(async (db) =>
      readDigest(db, (await threadOf(db, 'debate-first-mail@example.org')) ?? -1),
    )) as Digest;
    refused = (await reader.read(async (db) =>
      readDigest(db, (await threadOf(db, 'patch-that-is-refused@example.org')) ?? -1),
    )) as Digest;
  });

  afterAll(async () => {
    await reader?.close();
    folder.remove();
  });

  it('shows the claim and what was said about it by whom, without greetings, thanks and courtesies', () => {
    expect(
      digest.passages.map(({ row, kind, first, last, answered }) => [row.author, kind, first, last, answered]),
    ).toEqual([
      ['Ann Example', 'claim', 1, 1, 1],
      ['Bob Example', 'argument', 2, 2, 1],
    ]);
    expect(digest.passages[1]?.answers).toMatchObject({ first: 1, row: { author: 'Ann Example' } });
  });

  it('includes the verdict, however short, but no logistics', () => {
    expect(refused.passages.map(({ row, kind, text }) => [row.author, kind, text])).toEqual([
      ['Fay Example', 'claim', 'The disk is written twice on every board, because the flag is read before it is set.'],
      ['Gus Example', 'outcome', 'NAK.'],
      ['Gus Example', 'argument', 'That breaks every board that has no such flag, so it must not be done here.'],
    ]);
  });

  it('is marked in the discussion of the series that it speaks of', async () => {
    const [said, digested] = await reader.read(async (db) => {
      const [series] = await listSeries(db, { among: [refused.thread.first_id] });
      const said = await discussionOf(db, series?.id ?? -1, null);
      return [said, await digestedOf(db, said.remarks)] as const;
    });
    expect(said.remarks.map(({ id }) => digested.lines.get(id))).toEqual([
      [
        [2, 2],
        [4, 4],
      ],
    ]);
    expect(digested.threads).toEqual(['patch-that-is-refused@example.org']);
  });

  it('lists exactly the later threads that link to any of its mails', () => {
    expect(digest.continued.map(({ msgid, why }) => [msgid, why])).toEqual([
      ['later-in-its-answer@example.org', 'names it'],
    ]);
  });

  it('is in the feed of its list', async () => {
    const digests = await reader.read((db) => newestDigests(db, null));
    expect(digests.map(({ msgid }) => msgid)).toEqual(['debate-first-mail@example.org']);
    expect(await reader.read((db) => newestDigests(db, 99))).toEqual([]);
  });
});
