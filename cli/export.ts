import { once } from 'node:events';
import { Argument, Command } from 'commander';
import { Reader } from '#db/open';
import { KINDS } from './kinds';
import { runProgram } from './program';
import { databasePath } from './settings';

async function run(kind: string): Promise<void> {
  const reader = await Reader.open(databasePath(), 1);
  await reader.read(async (db) => {
    for await (const object of (KINDS[kind] as (typeof KINDS)[string])(db)) {
      if (!process.stdout.write(`${JSON.stringify(object)}\n`)) await once(process.stdout, 'drain');
    }
  });
  await reader.close();
}

// A reader such as `head` that closes the pipe has had what it wants.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

await runProgram(
  new Command('export')
    .description('Prints the analyses as NDJSON, one object a line.')
    .addArgument(new Argument('<kind>', 'what to print').choices(Object.keys(KINDS)))
    .exitOverride()
    .action(run),
);
