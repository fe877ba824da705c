/**
 * node dist/scale.mjs: grows a list step by step, and measures at each size the cost of a mail, of a hundred more, of pages and of
 * searches. The list is synthetic, so any machine can make it. Prints tables in Markdown on standard output.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { toMboxrd } from '#mail/mbox';
import { generate } from '#samples/generate';
import type { SampleMail } from '#samples/mail';
import { runProgram } from '../cli/program';
import { bytesBelow } from './archives';
import { INGEST } from './ingest';
import { load } from './load';
import { endChildren, type Measured, measure } from './process';
import { median, percentile } from './stats';
import { figure, markdownOf, megabytes, type Table } from './table';
import { pageKinds, startOurs, uncached, uncachedQuery } from './web';

const DEFAULT_SIZES = [10_000, 20_000, 50_000, 100_000, 200_000, 400_000, 1_000_000, 2_000_000];
const LATE = 100;
/** Rounds, to distinguish the cost from the machine's other work. */
const LATE_ROUNDS = 3;
const REQUESTS = 12;
const LIST = 'grown';
/** One query of each kind: in nearly every mail, common, rare, a phrase, fields, a range of dates, a broad wildcard. */
const QUERIES = [
  'the',
  'machine',
  'rowhammer',
  '"the fast path"',
  's:edac',
  'f:oskar',
  'd:20120101..20121231',
  'dfn:drivers/edac/edac_ring.c',
  'the NOT patch',
  're*',
];

interface Flags {
  sizes: string;
  seed: string;
  json?: string;
  keep?: string;
}

const say = (text: string) => void process.stderr.write(`scale: ${text}\n`);

async function run(flags: Flags): Promise<void> {
  const sizes = flags.sizes.split(',').map(Number);
  const folder = flags.keep ? resolve(flags.keep) : await mkdtemp(join(tmpdir(), 'threadline-scale-'));
  await mkdir(folder, { recursive: true });
  const database = join(folder, 'grown.sqlite');
  const rows: string[][] = [];
  const searches: string[][] = QUERIES.map((query) => [query]);
  try {
    const mailsToCome = generate({ messages: Math.max(...sizes), seed: Number(flags.seed) });
    let before = 0;
    for (const size of sizes) {
      const mails = size - LATE * LATE_ROUNDS - before;
      const step = await ingestNext(database, join(folder, 'next.mbox'), mailsToCome, mails);
      const late: Measured[] = [];
      for (let n = 0; n < LATE_ROUNDS; n++)
        late.push(await ingestNext(database, join(folder, 'next.mbox'), mailsToCome, LATE));
      say(
        `${size} mails: ${figure(step.seconds)} s for ${mails}; ${LATE} more: ${late.map(({ seconds, cpuSeconds }) => `${figure(seconds)} s, CPU ${figure(cpuSeconds)}`).join('; ')}`,
      );
      rows.push([
        figure(size),
        figure(mails / step.seconds),
        figure((step.seconds / mails) * 1e6),
        figure((step.cpuSeconds / mails) * 1e6),
        megabytes(step.treePeakBytes),
        megabytes(bytesBelow(database)),
        figure(bytesBelow(database) / size),
        figure(median(late.map(({ seconds }) => seconds))),
        figure(median(late.map(({ cpuSeconds }) => cpuSeconds))),
        ...(await served(database, searches)),
      ]);
      before = size;
    }
  } finally {
    endChildren();
    if (!flags.keep) await rm(folder, { recursive: true, force: true });
  }
  const tables = tablesOf(rows, searches, sizes);
  process.stdout.write(`${tables.map(markdownOf).join('\n\n')}\n`);
  if (flags.json) await writeFile(flags.json, `${JSON.stringify(tables, null, 2)}\n`);
}

/** Writes the next mails to a file and ingests it. */
async function ingestNext(
  database: string,
  path: string,
  mails: Generator<SampleMail>,
  count: number,
): Promise<Measured> {
  const file = createWriteStream(path);
  for (let n = 0; n < count; n++) {
    const { value, done } = mails.next();
    if (done) break;
    if (!file.write(toMboxrd(value.raw, value.sentAt))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  const measured = await measure(INGEST, ['--list', LIST, path], { THREADLINE_DB: database });
  await rm(path);
  return measured;
}

/** The times of a list page, the largest thread and a message page in milliseconds, and of each query, added to its row. */
async function served(database: string, searches: string[][]): Promise<string[]> {
  const server = await startOurs(database);
  try {
    const kinds = await pageKinds(LIST, server);
    const wanted = ['list', 'thread, the largest', 'message'].map((name) =>
      kinds.find(({ kind }) => kind.startsWith(name)),
    );
    const pages: string[] = [];
    for (const kind of wanted) pages.push(kind ? await timeOf(uncached(server.base + kind.paths[0])) : '–');
    for (const [n, query] of QUERIES.entries())
      searches[n]?.push(await timeOf(() => `${server.base}/search/?q=${uncachedQuery(query)()}&list=${LIST}`));
    return pages;
  } finally {
    await server.stop();
  }
}

/** Median and 99th percentile of requests that are not answered from a cache. */
async function timeOf(fresh: () => string): Promise<string> {
  await load(fresh, { count: 2, clients: 1 });
  const { total, status } = await load(fresh, { count: REQUESTS, clients: 1 });
  return status === 200 ? `${figure(median(total))} (${figure(percentile(total, 0.99))})` : `HTTP ${status}`;
}

function tablesOf(rows: string[][], searches: string[][], sizes: number[]): Table[] {
  return [
    {
      title: 'One list, growing',
      notes: [
        `Each row: the mails since the row before, then ${LATE} more (the median of ${LATE_ROUNDS} times). Pages in milliseconds, median and 99th percentile of ${REQUESTS} requests, without caches.`,
      ],
      columns: [
        'mails',
        'mails/s',
        'µs per mail',
        'CPU µs per mail',
        'memory',
        'database',
        'bytes per mail',
        `${LATE} more, s`,
        `CPU s`,
        'list page',
        'largest thread',
        'message',
      ],
      rows,
    },
    {
      title: 'Searches in it',
      notes: ['Milliseconds to the page of the first 200 results with excerpts, facets and histogram, without caches.'],
      columns: ['query', ...sizes.map(figure)],
      rows: searches,
    },
  ];
}

await runProgram(
  new Command('scale')
    .description('Grows a synthetic list, and measures the cost of a mail, a page and a search at each size.')
    .option('--sizes <list>', 'numbers of mails, ascending', DEFAULT_SIZES.join(','))
    .option('--seed <n>', 'seed of the synthetic list', '7')
    .option('--json <file>', 'also write the tables as JSON')
    .option('--keep <folder>', 'work in this folder and keep the database')
    .action(run),
);
