import { Command } from 'commander';
import { mirrorFolder, refreshMirror } from './mirror/lists';
import { runProgram } from './program';
import { databasePath } from './settings';

async function run(): Promise<void> {
  const started = performance.now();
  const count = await refreshMirror(databasePath(), (text) => process.stderr.write(`mirror: ${text}\n`));
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${mirrorFolder(databasePath())}: ${count} repositories in ${seconds.toFixed(1)} s\n`);
}

await runProgram(
  new Command('mirror')
    .description('Creates the git repositories that the server serves. From then on, ingest keeps them up to date.')
    .action(run),
);
