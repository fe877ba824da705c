import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Connection } from '#db/open';
import { type IdentityRow, newIdentities } from '#db/write/identities';
import {
  addMailmap,
  countAuthors,
  dirtyAuthors,
  identities,
  listAddresses,
  mailmap,
  peopleStamp,
  savePeople,
} from '#db/write/people';
import { saveTies, signedBy, ties, wroteIn } from '#db/write/ties';
import { namesakes } from '../people/accounts';
import { joinPeople } from '../people/join';
import { parseMailmap } from '../people/mailmap';
import { tiesOf } from '../people/ties';
import { SourceError } from '../read/types';
import { AffectedPart, indexOfAll, type Said } from './affected';

/** people.json: pairs of addresses that belong to one person, and pairs that do not. It overrules every rule. */
const OVERRULES = z.strictObject({
  join: z.array(z.tuple([z.string(), z.string()])).default([]),
  apart: z.array(z.tuple([z.string(), z.string()])).default([]),
});
type Overrules = z.output<typeof OVERRULES>;

/** Reads `--mailmap FILE` into the database. @throws SourceError if it cannot be read */
export async function readMailmap(db: Connection, path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(path, `cannot read the mailmap (${error.code})`);
  });
  const lines = parseMailmap(text).filter((line) => line.address !== line.oldAddress);
  const rows = lines.map(({ oldAddress, oldName, address }) => ({ oldAddress, oldName: oldName ?? '', address }));
  await db.transaction((tx) => addMailmap(tx, rows));
  return lines.length;
}

/** Reads people.json; a missing file overrules nothing. @throws SourceError if it is not valid */
export async function readOverrules(path: string): Promise<Overrules> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new SourceError(path, `cannot read file (${error.code})`);
  });
  try {
    return OVERRULES.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : null;
    const what = issue ? `${issue.path.join('.')}: ${issue.message}` : String(error);
    throw new SourceError(
      path,
      `people.json is not valid: ${what}; the format is {"join": [["a@x", "b@y"]], "apart": []}`,
    );
  }
}

/**
 * Joins identities into persons if any of them wrote or lost a mail, or if the mailmap or people.json changed, and writes the differences.
 * Counts and ties are only read again for identities with new mails. Only identities that these may change are joined again
 * (docs/decisions/0052).
 */
export async function linkPeople(db: Connection, overrules: Overrules): Promise<void> {
  const mapped = await mailmap(db);
  const lists = await listAddresses(db);
  const given = hash(RULES, mapped, overrules, [...lists].sort());
  const dirty = new Set(await dirtyAuthors(db));
  const isSame = (await peopleStamp(db)) === given;
  if (isSame && !dirty.size) return;
  await db.transaction(countAuthors);
  const lower = ([a, b]: [string, string]) => ({ a: a.toLowerCase(), b: b.toLowerCase() });
  const said: Said = {
    joined: [
      ...overrules.join.map((pair) => ({ ...lower(pair), reason: 'people.json' as const })),
      ...mapped.map((line) => ({ a: line.address, b: line.old_address, reason: 'mailmap' as const })),
    ],
    apart: overrules.apart.map(lower),
    lists,
  };
  if (isSame && (await joinPart(db, dirty, said, given))) return;
  const all = await identities(db);
  await tieNamesakes(db, all, isSame ? dirty : null);
  const people = joinPeople(all, { ...said, ...(await ties(db)) });
  await savePeople(db, people, given, { index: indexOfAll(all, lists) });
}

/** The version of the rules for joining. The first ingest with another version joins all identities again. */
const RULES = 2;

/** Joins only the identities that new mails may change; false if all have to be joined. */
async function joinPart(db: Connection, dirty: ReadonlySet<number>, said: Said, stamp: string): Promise<boolean> {
  const part = await AffectedPart.of(db, [...new Set([...dirty, ...(await newIdentities(db))])], said);
  if (!part) return false;
  await tieNamesakes(db, part.identities, dirty);
  const join = async () => {
    const addresses = part.identities.map(({ address }) => address);
    return joinPeople(part.identities, { ...said, ...(await ties(db, addresses)) }, await part.known());
  };
  if (!(await part.addFamilies(await join()))) return false;
  const people = await join();
  await savePeople(db, people, stamp, { index: part.rows, among: part.identities.map(({ id }) => id) });
  return true;
}

/** Reads the ties of namesakes again if one of them has new mails; of all namesakes if `dirty` is null. */
async function tieNamesakes(db: Connection, all: IdentityRow[], dirty: ReadonlySet<number> | null): Promise<void> {
  for (const own of namesakes(all)) {
    if (dirty && !own.some(({ id }) => dirty.has(id))) continue;
    const ids = own.map(({ id }) => id);
    const busiest = own.reduce((most, one) => (one.messages > most.messages ? one : most)).address;
    const [many, few] = [true, false].map((isBusiest) =>
      own.filter(({ address }) => (address === busiest) === isBusiest).map(({ id }) => id),
    ) as [number[], number[]];
    await saveTies(
      db,
      own.map(({ address }) => address),
      tiesOf(own, await signedBy(db, ids), await wroteIn(db, few, many)),
    );
  }
}

const hash = (...of: unknown[]) => createHash('sha256').update(JSON.stringify(of)).digest('base64url');
