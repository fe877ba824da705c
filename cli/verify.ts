import { Command } from 'commander';
import { Reader } from '#db/open';
import { verify } from '#db/queries/verify';
import { runProgram } from './program';
import { databasePath } from './settings';

async function run(flags: { verbose?: boolean }): Promise<void> {
  const reader = await Reader.open(databasePath(), 1);
  let checks = 0;
  let faults = 0;
  await reader.read(async (db) => {
    for await (const step of verify(db)) {
      if ('check' in step) {
        checks++;
        if (flags.verbose) process.stdout.write(`checking: ${step.check}\n`);
      } else {
        faults++;
        process.stdout.write(`fault: ${step.fault}: ${step.count}\n`);
      }
    }
  });
  await reader.close();
  process.stdout.write(faults ? `${faults} of ${checks} checks found faults\n` : `${checks} checks, no fault\n`);
  if (faults) process.exitCode = 1;
}

await runProgram(
  new Command('verify')
    .description('Checks the database against itself.')
    .option('--verbose', 'name each check as it begins')
    .exitOverride()
    .action(run),
);
