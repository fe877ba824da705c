import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openWriter } from '#db/create';
import type { Connection } from '#db/open';
import { Random } from '#samples/random';
import { linkPeople } from './people';

interface Mail {
  id: number;
  name: string;
  address: string;
  thread: number;
  signed: [name: string, address: string] | null;
}

const LIST = 'dev@lists.example.org';
const FIRST = 'ada bo cyd john juno lena marek nils oskar pia quentin rosa tove uwe vera wen xaver yun zoe'.split(' ');
const LAST =
  'abcd brauer carl dinkel ericson fjord grabowski hammer ito jorgensen kessler smith wang zhang quillfeather'.split(
    ' ',
  );
const HOSTS = ['a.example', 'b.example', 'mail.a.example', 'c.example', 'gmail.com'];

/** Writers as archives have them: namesakes, several addresses, bynames, desks, robots, lists and relays that write for others. */
function mailsOf(seed: number, count: number): Mail[] {
  const random = new Random(seed);
  const one = <T>(all: readonly T[]) => random.pick(all);
  const author = (): [string, string] => {
    const [first, last] = [one(FIRST), one(LAST)];
    const name = `${first} ${last}`;
    const address = `${first}.${last}@${one(HOSTS)}`;
    const kinds: (() => [string, string])[] = [
      () => [name, address],
      () => [name, `${first}@${one(HOSTS)}`],
      () => [`${last}, ${first}`, address],
      () => [first, `${first}@${one(HOSTS)}`],
      () => [`${first}${last}`, address],
      () => [name, `desk@${one(HOSTS)}`],
      () => [`${name} via dev`, LIST],
      () => [name, LIST],
      () => [`${name} via relay`, `devnull+${address.replace('@', '.')}@kernel.org`],
      () => [one(['build bot', 'Kernel Test Robot']), `bot${random.below(3)}@${one(HOSTS)}`],
      () => ['', address],
    ];
    return random.next() < 0.5 ? (kinds[0] as () => [string, string])() : one(kinds)();
  };
  // A few write most.
  const often = Array.from({ length: 40 }, author);
  const writer = () => (random.next() < 0.6 ? one(often) : author());
  return Array.from({ length: count }, (_, n) => {
    const [name, address] = writer();
    return {
      id: (1_000_000_000 + Math.floor(random.next() * 1e8)) * 8 * 1000 + n,
      name,
      address,
      thread: Math.floor(random.next() * count * 0.6),
      signed: random.next() < 0.2 ? writer() : null,
    };
  });
}

const folder = mkdtemp(join(tmpdir(), 'threadline-people-'));
afterAll(async () => rmSync(await folder, { recursive: true }));
let databases = 0;
async function create(): Promise<Connection> {
  const db = await openWriter(join(await folder, `${databases++}.sqlite`));
  await db.command(
    `PRAGMA synchronous = OFF; INSERT INTO list (id, name, list_id) VALUES (1, 'dev', 'dev.lists.example.org')`,
  );
  await db.command(`INSERT INTO mailmap VALUES ('ada@a.example', '', 'bo@b.example')`);
  return db;
}

const SAID = {
  join: [['zoe@a.example', 'uwe@b.example']] as [string, string][],
  apart: [['pia@a.example', 'pia@b.example']] as [string, string][],
};

async function add(db: Connection, mails: Mail[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { id, name, address, thread, signed } of mails) {
      await tx.run('INSERT OR IGNORE INTO identity (name, address) VALUES (?, ?)', [name, address]);
      await tx.run(
        `INSERT INTO message (id, msgid, subject, author_id, sent_at, refs, thread, flags, lines, bytes, head_block, head_at, head_size, text_block, text_at, text_size)
         SELECT ?1, ?1, '', id, 0, '', ?4, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM identity WHERE name = ?2 AND address = ?3`,
        [id, name, address, thread],
      );
      if (signed)
        await tx.run(
          `INSERT INTO trailer (message_id, line, key, name, address) VALUES (?, 1, 'Signed-off-by', ?, ?)`,
          [id, ...signed],
        );
    }
  });
}

/** As withdrawing does: whoever has no mail left goes. */
async function remove(db: Connection, mails: Mail[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { id } of mails) {
      await tx.run('DELETE FROM trailer WHERE message_id = ?', [id]);
      await tx.run('DELETE FROM message WHERE id = ?', [id]);
    }
    await tx.run('DELETE FROM person_join WHERE identity_id NOT IN (SELECT author_id FROM message)');
    await tx.run('DELETE FROM identity WHERE id NOT IN (SELECT author_id FROM message)');
  });
}

/** Everybody, by name and address: the person, why, and the persons that may be the same; and what later ingests go by. */
async function peopleOf(db: Connection): Promise<unknown> {
  const persons = await db.all(
    `SELECT i.address, i.name AS own, p.slug, p.name, p.kind, j.reason,
       (SELECT group_concat(o.slug, ' ') FROM (SELECT q.slug FROM person_like l JOIN person q ON q.id = l.other_id WHERE l.person_id = p.id ORDER BY q.slug) o) AS perhaps
     FROM identity i JOIN person p ON p.id = i.person_id JOIN person_join j ON j.identity_id = i.id ORDER BY 1, 2`,
  );
  const keys = await db.all(
    'SELECT k.key, i.address, i.name FROM person_key k JOIN identity i ON i.id = k.identity_id ORDER BY 1, 2, 3',
  );
  const words = await db.all('SELECT word, name FROM person_word ORDER BY 1, 2');
  return { persons, keys, words, names: await db.all(`SELECT value FROM meta WHERE key = 'people_names'`) };
}

async function atOnce(mails: Mail[]): Promise<unknown> {
  const db = await create();
  await add(db, mails);
  await linkPeople(db, SAID);
  const people = await peopleOf(db);
  await db.close();
  return people;
}

describe('persons that are joined as mails come', () => {
  it.each([1, 2, 3])('are those of all mails at once, whatever the order and the parts (seed %i)', async (seed) => {
    const mails = mailsOf(seed, 700);
    const random = new Random(seed + 100);
    const shuffled = mails
      .map((mail) => ({ mail, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ mail }) => mail);
    const db = await create();
    for (let at = 0; at < shuffled.length; ) {
      const size = random.next() < 0.3 ? 150 : 1 + random.below(12);
      await add(db, shuffled.slice(at, at + size));
      await linkPeople(db, SAID);
      at += size;
    }
    expect(await peopleOf(db)).toEqual(await atOnce(mails));
    const withdrawn = shuffled.filter(() => random.next() < 0.1);
    await remove(db, withdrawn);
    await linkPeople(db, SAID);
    expect(await peopleOf(db)).toEqual(await atOnce(mails.filter((mail) => !withdrawn.includes(mail))));
    await db.close();
  });
});
