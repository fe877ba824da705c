import { command } from './command';

/** Ingests the archive that most tests read: the sample of seed 1, 400 messages, on the list threadline-sample. */
export function ingestSample(database: string): void {
  const mails = command('sample', ['--messages', '400', '--seed', '1'], database).stdout;
  const { status, stderr } = command('ingest', ['-'], database, mails);
  if (status !== 0) throw new Error(`the sample was not ingested: ${stderr}`);
}
