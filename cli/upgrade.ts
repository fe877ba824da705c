import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { DatabaseError, Reader } from '#db/open';
import { verify } from '#db/queries/verify';
import { upgrade } from '#ingest/upgrade';
import { runProgram } from './program';
import { databasePath, mailSeconds } from './settings';

/** Mails a second on two cores, for the estimate only: linux-edac takes 12 s. */
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
        `${database}: ${from === to ? 'made anew' : `version ${from} is made version ${to}`} from the ${mails} postings it holds, in about ${minutes} minute${minutes === 1 ? '' : 's'}`,
      );
    },
    onProgress({ location, read }) {
      if (read % 256 !== 0 || Date.now() - said < SAY_EVERY_MS) return;
      said = Date.now();
      say(`${location}: ${read} of ${total}`);
    },
    check,
  });
  if (kept === null) say(`${database}: it is of this program's version, nothing to do`);
  else
    say(
      `done in ${((performance.now() - started) / 1000).toFixed(0)} s. The old database is kept as ${kept}: remove it once you are content`,
    );
}

async function check(path: string): Promise<void> {
  const reader = await Reader.open(path, 1);
  await reader.read(async (db) => {
    for await (const step of verify(db)) {
      if ('fault' in step)
        throw new DatabaseError(
          `${path}: the new database has a fault (${step.fault}: ${step.count}). The old one was left as it is; please report this.`,
        );
    }
  });
  await reader.close();
}

await runProgram(
  new Command('upgrade')
    .description(
      'Makes a database of this version out of an older one, from the mails that it holds. Stop the server first.',
    )
    .option('--rebuild', "also where the database is of this program's version")
    .exitOverride()
    .action(run),
);
