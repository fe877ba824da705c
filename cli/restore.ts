import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { recognise } from '#ingest/read/recognise';
import { allowAgain } from '#ingest/run';
import { runProgram } from './program';
import { bareId, ingestAlone, withdrawnFolder } from './takedown';

async function run(given: string[]): Promise<void> {
  const msgids = given.map(bareId);
  let known: string[] = [];
  await ingestAlone([], null, async (db) => {
    known = await allowAgain(db, msgids);
  });
  for (const msgid of msgids) {
    if (!known.includes(msgid)) {
      process.stderr.write(`restore: <${msgid}> was not withdrawn\n`);
      process.exitCode = 1;
      continue;
    }
    const kept = keptMails(msgid);
    let stored = 0;
    for (const { list, path } of kept) stored += (await ingestAlone(await recognise(path), list)).stored;
    process.stdout.write(
      kept.length
        ? `<${msgid}>: ${stored} stored again\n`
        : `<${msgid}>: may be stored again, but its text is not in ${withdrawnFolder()}; ingest its archive again\n`,
    );
  }
}

/** The mails that were kept when it was last withdrawn. */
function keptMails(msgid: string): { list: string; path: string }[] {
  for (const name of folders().reverse()) {
    const folder = join(withdrawnFolder(), name);
    if (readFileSync(join(folder, 'message-id'), 'utf8') !== msgid) continue;
    return readdirSync(folder)
      .filter((file) => file.endsWith('.mbox'))
      .map((file) => ({ list: decodeURIComponent(file.slice(0, -'.mbox'.length)), path: join(folder, file) }));
  }
  return [];
}

function folders(): string[] {
  try {
    return readdirSync(withdrawnFolder()).sort();
  } catch {
    return [];
  }
}

await runProgram(
  new Command('restore')
    .description('Brings withdrawn messages back.')
    .argument('<message-id...>', 'the ids given to npm run withdraw')
    .action(run),
);
