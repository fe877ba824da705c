import { command } from './command';

/** Ingests the archive of most tests: the sample with seed 1 and 400 messages, on the list threadline-sample. */
export function ingestSample(database: string): void {
  const mails = command('sample', ['--messages', '400', '--seed', '1'], database).stdout;
  const { status, stderr } = command('ingest', ['-'], database, mails);
  if (status !== 0) throw new Error(`cannot ingest the sample: ${stderr}`);
}
