import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Transaction } from '#db/open';
import type { Source } from '#ingest/read/types';
import { ingest, type Summary } from '#ingest/run';
import { openLog } from './log';
import { mirrorFolder, refreshMirror } from './mirror/lists';
import { CommandError } from './program';
import { databasePath, mailSeconds } from './settings';

/** The folder in which withdrawn mails are kept for `npm run restore`. Remove it to delete them for good. */
export const withdrawnFolder = () => `${databasePath()}-withdrawn`;

/** @throws CommandError if it cannot be a Message-ID */
export function bareId(given: string): string {
  const id = given.replace(/^<(.*)>$/, '$1');
  if (!/^[^\s<>]+$/.test(id)) throw new CommandError(`${given}: not a Message-ID`);
  return id;
}

/** Does something in one transaction, reads sources, and updates everything derived from both: threads, series, persons, git. */
export async function ingestAlone(
  sources: Source[],
  list: string | null,
  first?: (db: Transaction) => Promise<void>,
): Promise<Summary> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const log = await openLog(say);
  try {
    const summary = await ingest(sources, {
      database: databasePath(),
      list,
      jobs: 1,
      mailSeconds: mailSeconds(),
      limit: null,
      commits: null,
      mailmap: null,
      people: resolve('people.json'),
      log,
      ...(first ? { first } : {}),
    });
    if (existsSync(mirrorFolder(databasePath()))) await refreshMirror(databasePath(), say);
    return summary;
  } finally {
    await log?.close();
  }
}
