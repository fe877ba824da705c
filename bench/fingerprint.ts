import { createHash } from 'node:crypto';
import { Reader, type Snapshot } from '#db/open';
import { verify } from '#db/queries/verify';
import { UNFINISHED } from '#db/queries/verifychecks';
import { KINDS } from '../cli/kinds';

/** The SHA-256 of each kind of export, of the exact output of `npm run export`. */
export function fingerprint(database: string): Promise<Record<string, string>> {
  return Reader.once(database, async (db) => {
    const prints: Record<string, string> = {};
    for (const [kind, rows] of Object.entries(KINDS)) {
      const hash = createHash('sha256');
      for await (const object of rows(db)) hash.update(`${JSON.stringify(object)}\n`);
      prints[kind] = hash.digest('hex');
    }
    return prints;
  });
}

/** The faults that `npm run verify` would print. */
export function faultsOf(database: string): Promise<string[]> {
  return Reader.once(database, async (db) => {
    const faults: string[] = [];
    for await (const step of verify(db)) if ('fault' in step) faults.push(`${step.fault}: ${step.count}`);
    return faults;
  });
}

const countOf = async (db: Snapshot, sql: string) => (await db.get<{ n: number }>(sql))?.n ?? 0;
const countMessages = (db: Snapshot) => countOf(db, 'SELECT count(*) AS n FROM message');

export const messagesIn = (database: string) => Reader.once(database, countMessages);

/** The phase that an ingest had reached, from what it left; `messages` is the number in the whole archive. */
export function phaseOf(database: string, messages: number): Promise<string> {
  return Reader.once(database, async (db) => {
    if ((await countMessages(db)) < messages) return 'storing';
    for (const [, sql] of UNFINISHED)
      if ((await countOf(db, sql)) > 0) return PHASES[sql.split(' ').at(-1) ?? ''] ?? 'other';
    return (await db.get('SELECT 1 FROM person')) ? 'people or later' : 'joining people';
  });
}

const PHASES: Record<string, string> = {
  dirty_thread: 'arranging',
  patch_dirty: 'linking patches',
  quote_dirty: 'resolving quotations',
};
