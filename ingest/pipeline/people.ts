import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Connection } from '#db/open';
import {
  addMailmap,
  identities,
  listAddresses,
  mailmap,
  peopleCounts,
  peopleStamp,
  replacePeople,
  savePeopleStamp,
} from '#db/write/people';
import { type Evidence, joinPeople } from '../people/join';
import { parseMailmap } from '../people/mailmap';
import { SourceError } from '../read/types';

/** people.json: pairs of addresses that are one person's, and pairs that are not. It overrules every rule. */
const OVERRULES = z.strictObject({
  join: z.array(z.tuple([z.string(), z.string()])).default([]),
  apart: z.array(z.tuple([z.string(), z.string()])).default([]),
});
type Overrules = z.output<typeof OVERRULES>;

/** Reads `--mailmap FILE` into the database. Throws SourceError where it cannot be read. */
export async function readMailmap(db: Connection, path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(path, `the mailmap cannot be read (${error.code})`);
  });
  const lines = parseMailmap(text).filter((line) => line.address !== line.oldAddress);
  await addMailmap(
    db,
    lines.map(({ oldAddress, oldName, address }) => ({ oldAddress, oldName: oldName ?? '', address })),
  );
  return lines.length;
}

/** The overruling file; a missing one overrules nothing. Throws SourceError where it is not as it should be. */
export async function readOverrules(path: string): Promise<Overrules> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new SourceError(path, `it cannot be read (${error.code})`);
  });
  try {
    return OVERRULES.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : null;
    const what = issue ? `${issue.path.join('.')}: ${issue.message}` : String(error);
    throw new SourceError(path, `people.json is wrong: ${what}; {"join": [["a@x", "b@y"]], "apart": []} is its form`);
  }
}

/** Joins identities into persons again where anything they are joined from has changed; writes them where they come out otherwise. */
export async function linkPeople(db: Connection, overrules: Overrules): Promise<void> {
  const lower = ([a, b]: [string, string]) => ({ a: a.toLowerCase(), b: b.toLowerCase() });
  const mapped = await mailmap(db);
  const known = await peopleStamp(db);
  const given = hash(mapped, overrules, await peopleCounts(db));
  if (known?.given === given) return;
  const evidence: Evidence = {
    joined: [
      ...overrules.join.map((pair) => ({ ...lower(pair), reason: 'people.json' as const })),
      ...mapped.map((line) => ({ a: line.address, b: line.old_address, reason: 'mailmap' as const })),
    ],
    apart: overrules.apart.map(lower),
    lists: await listAddresses(db),
  };
  const people = joinPeople(await identities(db), evidence);
  const made = hash(people);
  if (known?.made !== made) await replacePeople(db, people);
  await savePeopleStamp(db, { given: hash(mapped, overrules, await peopleCounts(db)), made });
}

const hash = (...of: unknown[]) => createHash('sha256').update(JSON.stringify(of)).digest('base64url');
