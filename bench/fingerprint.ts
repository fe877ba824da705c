import { createHash } from 'node:crypto';
import { Reader } from '#db/open';
import { verify } from '#db/queries/verify';
import { UNFINISHED } from '#db/queries/verifychecks';
import { KINDS } from '../cli/kinds';

/** The SHA-256 of each kind of export, of the exact output of `npm run export`. */
export async function fingerprint(database: string): Promise<Record<string, string>> {
  const reader = await Reader.open(database, 1);
  const prints: Record<string, string> = {};
  await reader.read(async (db) => {
    for (const [kind, rows] of Object.entries(KINDS)) {
      const hash = createHash('sha256');
      for await (const object of rows(db)) hash.update(`${JSON.stringify(object)}\n`);
      prints[kind] = hash.digest('hex');
    }
  });
  await reader.close();
  return prints;
}

/** The faults that `npm run verify` would print. */
export async function faultsOf(database: string): Promise<string[]> {
  const reader = await Reader.open(database, 1);
  const faults: string[] = [];
  await reader.read(async (db) => {
    for await (const step of verify(db)) if ('fault' in step) faults.push(`${step.fault}: ${step.count}`);
  });
  await reader.close();
  return faults;
}

/** The phase that an ingest had reached, from what it left; `messages` is the number in the whole archive. */
export async function phaseOf(database: string, messages: number): Promise<string> {
  const reader = await Reader.open(database, 1);
  try {
    return await reader.read(async (db) => {
      const stored = (await db.get<{ n: number }>('SELECT count(*) AS n FROM message'))?.n ?? 0;
      if (stored < messages) return 'storing';
      for (const [, sql] of UNFINISHED) {
        if (((await db.get<{ n: number }>(sql))?.n ?? 0) > 0) return PHASES[sql.split(' ').at(-1) ?? ''] ?? 'other';
      }
      return (await db.get('SELECT 1 FROM person')) ? 'people or later' : 'joining people';
    });
  } finally {
    await reader.close();
  }
}

const PHASES: Record<string, string> = {
  dirty_thread: 'arranging',
  patch_dirty: 'linking patches',
  quote_dirty: 'resolving quotations',
};
