import { Command, Option } from 'commander';
import { createTransport } from 'nodemailer';
import { Reader, type Snapshot } from '#db/open';
import { withFound } from '#db/queries/foundtopics';
import { findList } from '#db/queries/list';
import { MAX_LIMIT, searchMessages } from '#db/queries/search/index';
import { newestMoment, rootsOf, type WeekPart, weekOf } from '#db/queries/week';
import { type Span, spanOf, weekNameOf } from '#query/spans';
import { type Letter, letterOf } from './digest/letter';
import { Sent, type Subscriber, subscribersOf } from './digest/subscribers';
import { CommandError, runProgram } from './program';
import { baseUrl, databasePath, smtp, topics } from './settings';

interface Flags {
  week: string | true;
  list?: string;
  query?: string;
  html?: boolean;
  send?: string;
}

async function run(flags: Flags): Promise<void> {
  const reader = await Reader.open(databasePath(), 1);
  try {
    if (flags.send) await sendAll(reader, flags.week, flags.send);
    else {
      const { letter } = await reader.read((db) => letterFor(db, flags.week, flags));
      process.stdout.write(flags.html ? letter.html : letter.text);
    }
  } finally {
    await reader.close();
  }
}

/** The letter for a week of a list. `true` means the week of the archive's newest mail, whatever the clock says. */
async function letterFor(
  db: Snapshot,
  asked: string | true,
  { list: name = 'all', query }: { list?: string; query?: string },
): Promise<{ letter: Letter; week: string; isEmpty: boolean }> {
  const list = name === 'all' ? null : await findList(db, name);
  if (list === undefined) throw new CommandError(`this database has no list "${name}"`);
  const newest = await newestMoment(db, list?.id ?? null);
  if (newest === null) throw new CommandError('the database contains no mail; ingest an archive first');
  const span = spanOf(asked === true ? weekNameOf(newest) : asked);
  if (span?.kind !== 'week') throw new CommandError(`"${asked}" is not a week; write it as 2025-W07`);
  const all = await weekOf(db, list?.id ?? null, span.from, span.to);
  const parts = query ? await matching(db, all, span, name, query) : all;
  const letter = letterOf({ list: name, week: span.name, query: query ?? null, base: baseUrl() }, parts);
  return { letter, week: span.name, isEmpty: !parts.length };
}

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', '');

/** The lines about threads in which the search finds a mail of that week. */
async function matching(db: Snapshot, parts: WeekPart[], span: Span, list: string, query: string): Promise<WeekPart[]> {
  const within = `(${query}) AND d:${day(span.from)}..${day(span.to - 1)}`;
  const page = await searchMessages(db, {
    query: within,
    ...(list === 'all' ? {} : { list }),
    sort: 'date',
    limit: MAX_LIMIT,
    now: span.to,
    topics: await withFound(db, topics()),
  });
  if (page.problem) throw new CommandError(`${query}: ${page.problem.message}`);
  const threads = new Set(page.results.map(({ thread }) => thread));
  const roots = await rootsOf(
    db,
    parts.flatMap(({ lines }) => lines.map(({ id }) => id)),
  );
  return parts
    .map((part) => ({ ...part, lines: part.lines.filter(({ id }) => threads.has(roots.get(id) ?? '')), more: 0 }))
    .filter(({ lines }) => lines.length);
}

/** Sends each subscriber in a file their week, once; no mail if nothing happened that they asked for. */
async function sendAll(reader: Reader, asked: string | true, file: string): Promise<void> {
  const server = smtp();
  if (!server) throw new CommandError('to send mail, set THREADLINE_SMTP (smtp://host:587) and THREADLINE_MAIL_FROM');
  const transport = createTransport(server.url);
  const sent = new Sent(`${databasePath()}-digests-sent.json`);
  const counts = { sent: 0, already: 0, empty: 0, failed: 0 };
  for (const subscriber of subscribersOf(file)) {
    try {
      counts[
        await sendOne(reader, asked, subscriber, sent, (letter) =>
          transport.sendMail({
            from: server.from,
            to: subscriber.to,
            ...letter,
            headers: { 'Auto-Submitted': 'auto-generated' },
          }),
        )
      ]++;
    } catch (error) {
      counts.failed++;
      process.exitCode = 1;
      process.stderr.write(`digest: ${subscriber.to}: ${(error as Error).message}\n`);
    }
  }
  transport.close();
  process.stdout.write(
    `${counts.sent} sent, ${counts.already} sent before, ${counts.empty} without news, ${counts.failed} failed\n`,
  );
}

async function sendOne(
  reader: Reader,
  asked: string | true,
  subscriber: Subscriber,
  sent: Sent,
  send: (letter: Letter) => Promise<unknown>,
): Promise<'sent' | 'already' | 'empty'> {
  const { list, query } = subscriber;
  const { letter, week, isEmpty } = await reader.read((db) =>
    letterFor(db, asked, { ...(list ? { list } : {}), ...(query ? { query } : {}) }),
  );
  if (sent.has(subscriber, week)) return 'already';
  if (isEmpty) return 'empty';
  await send(letter);
  sent.add(subscriber, week);
  return 'sent';
}

await runProgram(
  new Command('digest')
    .description('What happened in a week: verdicts, objections, debates, regressions, series that wait, releases.')
    .requiredOption('--week [week]', 'the week, such as 2025-W07; without a value, the week of the newest mail')
    .option('--list <name>', 'only this list')
    .option('--query <search>', 'only threads with a mail of the week that this search finds')
    .option('--html', 'print HTML instead of text')
    .addOption(
      new Option('--send <file>', 'send it by mail, as text and HTML, to the subscribers in a JSON file').conflicts([
        'list',
        'query',
        'html',
      ]),
    )
    .action(run),
);
