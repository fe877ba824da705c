import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { newestDigests } from '../../db/queries/debates';
import { type Digest, readDigest } from '../../db/queries/digest';
import { threadOf } from '../../db/queries/thread';
import { ingest, scratch } from '../command';

/** A mail: its name, whose answer it is, its author, its day of January 2024 and its words. */
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

  beforeAll(async () => {
    writeFileSync(`${folder.path}/digest-test.mbox`, mbox);
    ingest(`${folder.path}/t.sqlite`, `${folder.path}/digest-test.mbox`);
    reader = await Reader.open(`${folder.path}/t.sqlite`, 1);
    digest = (await reader.read(async (db) =>
      readDigest(db, (await threadOf(db, 'debate-first-mail@example.org')) ?? -1),
    )) as Digest;
  });

  afterAll(async () => {
    await reader?.close();
    folder.remove();
  });

  it('tells what was taken up, in order, without the greeting, with the answers', () => {
    expect(digest.passages.map(({ row, first, last, answered }) => [row.author, first, last, answered])).toEqual([
      ['Ann Example', 1, 1, 1],
      ['Bob Example', 2, 2, 1],
    ]);
    expect(digest.opening).toBeNull();
    expect(digest.passages[1]?.answers.map(({ text }) => text)).toEqual(['Then you were lucky.']);
  });

  it('names the later threads that link to any mail of it, and no other', () => {
    expect(digest.continued.map(({ msgid, why }) => [msgid, why])).toEqual([
      ['later-in-its-answer@example.org', 'names it'],
    ]);
  });

  it('stands in the feed of its list', async () => {
    const told = await reader.read((db) => newestDigests(db, null));
    expect(told.map(({ msgid }) => msgid)).toEqual(['debate-first-mail@example.org']);
    expect(await reader.read((db) => newestDigests(db, 99))).toEqual([]);
  });
});
