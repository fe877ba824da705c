import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { toMboxrd } from '#mail/mbox';
import { generate } from '#samples/generate';
import { runProgram } from './program';

function whole(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('must be a whole number');
  return Number(value);
}

/** A reader that closes the pipe early, such as `head`, ends the output; that is no error. */
async function run(flags: { messages: number; seed: number }): Promise<void> {
  let gone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone = true;
  });
  for (const mail of generate(flags)) {
    if (gone) return;
    if (!process.stdout.write(toMboxrd(mail.raw, mail.sentAt))) await once(process.stdout, 'drain').catch(() => {});
  }
}

await runProgram(
  new Command('sample')
    .description('Writes an invented mailing list to standard output, as an mbox (mboxrd).')
    .option('--messages <number>', 'how many mails', whole, 400)
    .option('--seed <number>', 'seed of the random numbers; another seed gives another archive', whole, 1)
    .action(run),
);
