import { Command } from 'commander';
import { Reader, type Snapshot } from '#db/open';
import { proveStory, storiesHere } from '#db/queries/stories';
import { verify } from '#db/queries/verify';
import { StoryError } from '#site/story';
import { loadStories } from '#site/storyfiles';
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
      } else if ('unfinished' in step) {
        process.stdout.write(`unfinished: ${step.unfinished}: ${step.count}; the next ingest will complete them\n`);
      } else {
        faults++;
        process.stdout.write(`fault: ${step.fault}: ${step.count}\n`);
      }
    }
  });
  const stories = await reader
    .read((db) => verifyStories(db))
    .catch((error: unknown) => {
      if (!(error instanceof StoryError)) throw error;
      process.stdout.write(`fault: ${error.message}\n`);
      return { checked: 0, quotations: 0, unproved: 1 };
    });
  await reader.close();
  process.stdout.write(faults ? `${faults} of ${checks} checks found faults\n` : `${checks} checks, no faults\n`);
  process.stdout.write(
    `${stories.checked} stories, ${stories.quotations} quotations, ${stories.unproved} not verified\n`,
  );
  if (faults || stories.unproved) process.exitCode = 1;
}

/** Compares every quotation of every story with its mail, for stories whose list is in the database. */
async function verifyStories(db: Snapshot): Promise<{ checked: number; quotations: number; unproved: number }> {
  const counts = { checked: 0, quotations: 0, unproved: 0 };
  for (const story of await storiesHere(db, loadStories('stories'))) {
    counts.checked++;
    const { proofs } = await proveStory(db, story);
    counts.quotations += proofs.length;
    for (const { text, msgid, isProved, nearest } of proofs) {
      if (isProved) continue;
      counts.unproved++;
      process.stdout.write(
        `fault: stories/${story.slug}.md: "${text}" is not in ${msgid}\n  nearest: ${nearest?.replace(/\s+/g, ' ') ?? 'no similar passage'}\n`,
      );
    }
  }
  return counts;
}

await runProgram(
  new Command('verify')
    .description('Checks that the database is consistent and contains the quotations of the stories.')
    .option('--verbose', 'name each check as it begins')
    .action(run),
);
