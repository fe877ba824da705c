import { resolve } from 'node:path';
import { Command } from 'commander';
import { backup } from '#db/backup';
import { refuseExisting, runProgram } from './program';
import { databasePath } from './settings';

async function run(file: string): Promise<void> {
  const target = resolve(file);
  refuseExisting(target);
  const started = performance.now();
  const bytes = await backup(databasePath(), target);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${target}: ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s\n`);
}

await runProgram(
  new Command('backup')
    .description('Writes a consistent copy of the database, even while other programs read and write it.')
    .argument('<file>', 'the file to write; must not exist yet')
    .action(run),
);
