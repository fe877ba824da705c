import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { Reader } from '#db/open';
import { findMessages, listsOf, rawMessages } from '#db/queries/message';
import type { Withdrawn } from '#db/queries/withdrawn';
import { takeDown } from '#ingest/run';
import { addTo } from '#mail/groups';
import { toMboxrd } from '#mail/mbox';
import { CommandError, runProgram } from './program';
import { databasePath } from './settings';
import { bareId, ingestAlone, withdrawnFolder } from './takedown';

async function run(given: string[], { reason }: { reason: string }): Promise<void> {
  const at = Math.floor(Date.now() / 1000);
  const reader = await Reader.open(databasePath(), 1);
  const gone: Withdrawn[] = [];
  try {
    for (const msgid of given.map(bareId)) gone.push({ msgid, reason, at, lists: await setAside(reader, msgid, at) });
  } finally {
    await reader.close();
  }
  const unknown = gone.filter(({ lists }) => !lists.length).map(({ msgid }) => `<${msgid}>`);
  await ingestAlone([], null, (db) => takeDown(db, gone));
  process.stdout.write(
    `${gone.length - unknown.length} withdrawn; copies are kept in ${withdrawnFolder()} for npm run restore\n`,
  );
  if (unknown.length)
    process.stdout.write(`${unknown.join(', ')}: not in this database; a later ingest will reject them\n`);
}

/** Saves the mails with this id outside the database, as an mbox for each list that carried them: backups and other nodes do not get them. */
async function setAside(reader: Reader, msgid: string, at: number): Promise<string[]> {
  return reader.read(async (db) => {
    const byList = new Map<string, Buffer[]>();
    for (const { id, received_at, sent_at } of await findMessages(db, msgid)) {
      const [mail] = await rawMessages(db, [id]);
      const box = toMboxrd(Buffer.concat(mail?.raw ?? []), received_at ?? sent_at);
      for (const { name } of await listsOf(db, id)) addTo(byList, name, box);
    }
    const folder = join(withdrawnFolder(), `${at}-${createHash('sha256').update(msgid).digest('hex').slice(0, 16)}`);
    if (byList.size) mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [list, boxes] of byList)
      writeFileSync(join(folder, `${encodeURIComponent(list)}.mbox`), Buffer.concat(boxes), { mode: 0o600 });
    if (byList.size) writeFileSync(join(folder, 'message-id'), msgid, { mode: 0o600 });
    return [...byList.keys()].sort();
  });
}

const program = new Command('withdraw')
  .description('Removes messages from all pages, the search, feeds, the API, NNTP, git and later backups.')
  .argument('<message-id...>', 'with or without <>')
  .requiredOption('--reason <text>', 'shown at /withdrawn/ and where the message was')
  .action(async (given: string[], options: { reason: string }) => {
    if (!options.reason.trim()) throw new CommandError('--reason must not be empty, since it is shown to readers');
    await run(given, { reason: options.reason.trim() });
  });

await runProgram(program);
