import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { DatabaseError, Reader } from '#db/open';
import { verify } from '#db/queries/verify';
import { upgrade } from '#ingest/upgrade';
import { runProgram } from './program';
import { databasePath, mailSeconds } from './settings';

/** Mails per second on two cores, only for the estimate: linux-edac takes 12 s. */
const MAILS_PER_SECOND = 1000;
const SAY_EVERY_MS = 5000;

const say = (text: string) => process.stderr.write(`upgrade: ${text}\n`);

async function run(flags: { rebuild?: boolean }): Promise<void> {
  const database = databasePath();
  const started = performance.now();
  let said = Date.now();
  let total = 0;
  const kept = await upgrade({
    database,
    force: flags.rebuild === true,
    jobs: availableParallelism(),
    mailSeconds: mailSeconds(),
    people: resolve('people.json'),
    onStart(from, to, mails) {
      total = mails;
      const minutes = Math.ceil(mails / MAILS_PER_SECOND / 60);
      say(
        `${database}: ${from === to ? 'rebuilding' : `upgrading from version ${from} to ${to}`} from the ${mails} postings it holds; takes about ${minutes} minute${minutes === 1 ? '' : 's'}`,
      );
    },
    onProgress({ location, read }) {
      if (read % 256 !== 0 || Date.now() - said < SAY_EVERY_MS) return;
      said = Date.now();
      say(`${location}: ${read} of ${total}`);
    },
    check,
  });
  if (kept === null) say(`${database}: already of this version; nothing to do (--rebuild rebuilds it anyway)`);
  else
    say(
      `done in ${((performance.now() - started) / 1000).toFixed(0)} s. The old database is kept as ${kept}; remove it when you no longer need it`,
    );
}

function check(path: string): Promise<void> {
  return Reader.once(path, async (db) => {
    for await (const step of verify(db)) {
      if ('fault' in step)
        throw new DatabaseError(
          `${path}: the new database has a fault (${step.fault}: ${step.count}). The old one was not changed. Please report this.`,
        );
    }
  });
}

await runProgram(
  new Command('upgrade')
    .description('Upgrades an older database to this version, from the mails that it holds. Stop the server first.')
    .option('--rebuild', 'rebuild the database even if it has this version')
    .action(run),
);
