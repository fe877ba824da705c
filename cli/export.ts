import { once } from 'node:events';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { Reader, type Snapshot } from '#db/open';
import { type PlainRow, writePlain } from '#db/plain';
import { EXPORT_VERSION, EXPORTS, exportSchema } from '#db/queries/exportschema';
import { ROWS } from './export/plain';
import { KINDS } from './kinds';
import { refuseExisting, runProgram } from './program';
import { databasePath } from './settings';

const NAMES = Object.keys(EXPORTS) as (keyof typeof EXPORTS)[];

async function run(kind: string, file: string | undefined, options: { text?: true }): Promise<void> {
  if (options.text && kind !== 'messages')
    program.error('error: --text is only for messages; sqlite always includes all texts');
  if ((kind === 'sqlite') !== (file !== undefined))
    program.error(
      kind === 'sqlite'
        ? 'error: sqlite needs the name of the file to write'
        : `error: ${kind} writes to standard output; leave the file out`,
    );
  if (kind === 'schema') process.stdout.write(`${JSON.stringify(exportSchema(), null, 2)}\n`);
  else if (kind === 'sqlite') await writeDatabase(resolve(file as string));
  else await Reader.once(databasePath(), (db) => print(exported(kind)(db, options.text === true)));
}

const exported = (kind: string) => KINDS[kind] as (typeof KINDS)[string];

async function print(objects: AsyncIterable<object>): Promise<void> {
  for await (const object of objects) {
    if (!process.stdout.write(`${JSON.stringify(object)}\n`)) await once(process.stdout, 'drain');
  }
}

async function writeDatabase(target: string): Promise<void> {
  refuseExisting(target);
  await Reader.once(databasePath(), async (db) => {
    const bytes = await writePlain(target, EXPORT_VERSION, allRows(db));
    process.stdout.write(`${target}: ${(bytes / 1e6).toFixed(1)} MB\n`);
  });
}

async function* allRows(db: Snapshot): AsyncGenerator<PlainRow> {
  for (const kind of NAMES) {
    let nth = 0;
    const rowsOf = ROWS[kind] as (object: object, nth: number) => PlainRow[];
    for await (const object of exported(kind)(db, true)) yield* rowsOf(object, ++nth);
  }
}

// A reader such as `head` closes the pipe once it has enough; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('export')
  .description(
    'Prints the analyses as NDJSON, one object per line. `schema` prints their JSON Schema; `sqlite FILE` writes all of them as a plain SQLite database.',
  )
  .addArgument(new Argument('<kind>', 'what to print').choices([...NAMES, 'schema', 'sqlite']))
  .argument('[file]', 'for sqlite: the file to write; must not exist yet')
  .option('--text', 'for messages: add their text, split into own words, quotations, diffs and the rest')
  .action(run);

await runProgram(program);
