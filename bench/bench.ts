/**
 * npm run bench -- [ARCHIVE...]: measures ingest, catching up, search and pages, side by side with the installed peers.
 * Prints tables in Markdown on standard output and progress on standard error; --json FILE writes the same tables as JSON.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { CommandError, runProgram } from '../cli/program';
import { archivesOf, bytesBelow, pathsIn } from './archives';
import { ingestInto, ingestTables, measureIngest } from './ingest';
import { isThere } from './peers';
import { endChildren, ROOT } from './process';
import { markdownOf, type Table } from './table';
import { inboxFolder, ownKinds, pageKinds, pageTable, readQueries, searchTable, startOurs, startTheirs } from './web';

interface Flags {
  rounds: string;
  json?: string;
  keep?: string;
  queries: string;
  peers: boolean;
}

const SHARED = resolve(ROOT, '../shared');
const say = (text: string) => void process.stderr.write(`bench: ${text}\n`);

async function run(given: string[], flags: Flags): Promise<void> {
  const archives = archivesOf(given.length ? given : pathsIn(join(SHARED, 'archives')));
  if (!archives.length)
    throw new CommandError(`no archive to measure; name one, or put some into ${join(SHARED, 'archives')}`);
  const folder = flags.keep ? resolve(flags.keep) : await mkdtemp(join(tmpdir(), 'threadline-bench-'));
  await mkdir(folder, { recursive: true });
  const tables: Table[] = [];
  try {
    const largest = archives.toSorted((a, b) => bytesBelow(b.path) - bytesBelow(a.path))[0] as (typeof archives)[0];
    const results = [];
    for (const archive of archives)
      results.push(await measureIngest(archive, join(folder, archive.name), Number(flags.rounds), flags.peers, say));
    tables.push(...ingestTables(results));
    tables.push(...(await web(largest.name, folder, flags)));
    const together = join(folder, 'all.sqlite');
    if (!existsSync(together)) await ingestInto(together, archives);
    const ours = await startOurs(together);
    tables.push(await pageTable('Pages of all archives together', await ownKinds(ours), ours, null, say));
    await ours.stop();
  } finally {
    endChildren();
    if (!flags.keep) await rm(folder, { recursive: true, force: true });
  }
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  process.stdout.write(`${[`Measured on ${machine}.`, ...tables.map(markdownOf)].join('\n\n')}\n`);
  if (flags.json) await writeFile(flags.json, `${JSON.stringify({ machine, tables }, null, 2)}\n`);
}

/** Measures search and pages of the largest archive, beside public-inbox. */
async function web(list: string, folder: string, flags: Flags): Promise<Table[]> {
  const ours = await startOurs(join(folder, list, 'ours.sqlite'));
  const inbox = inboxFolder(folder, list);
  const theirs =
    flags.peers && isThere('public-inbox') && existsSync(join(inbox, 'config')) ? await startTheirs(inbox, list) : null;
  const tables: Table[] = [];
  if (existsSync(flags.queries))
    tables.push(await searchTable(readQueries(flags.queries), list, ours, theirs, join(folder, list), say));
  else say(`queries are not measured: ${flags.queries}: no such file (--queries names another one)`);
  tables.push(await pageTable(`Pages of ${list}`, await pageKinds(list, ours, theirs), ours, theirs, say));
  await Promise.all([ours.stop(), theirs?.stop()]);
  return tables;
}

await runProgram(
  new Command('bench')
    .description(
      'measures ingest, catching up, search and pages, beside public-inbox, notmuch and mu where they are installed',
    )
    .argument('[archive...]', 'archives; by default those in ../shared/archives')
    .option('--rounds <n>', 'number of rounds of our ingest and of git cat-file', '3')
    .option('--json <file>', 'also write the tables as JSON')
    .option('--keep <folder>', 'work in this folder and keep the databases and indexes')
    .option('--queries <file>', 'queries, tab separated', join(SHARED, 'queries.tsv'))
    .option('--no-peers', 'do not measure the peers (public-inbox takes minutes)')
    .action(run),
);
