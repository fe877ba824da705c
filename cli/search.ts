import { Command, InvalidArgumentError, Option } from 'commander';
import { Reader } from '#db/open';
import { rfc3339 } from '#db/queries/export';
import { withFound } from '#db/queries/foundtopics';
import { MAX_LIMIT, type SearchPage, searchMessages } from '#db/queries/search/index';
import { visible } from '#mail/visible';
import { runProgram } from './program';
import { databasePath, topics } from './settings';

interface Flags {
  json?: boolean;
  limit: number;
  sort: 'date' | 'relevance';
}

function limitOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MAX_LIMIT)
    throw new InvalidArgumentError(`must be a number from 1 to ${MAX_LIMIT}`);
  return number;
}

async function run(words: string[], flags: Flags): Promise<void> {
  const query = words.join(' ');
  const now = Math.floor(Date.now() / 1000);
  const { sort, limit } = flags;
  const page = await Reader.once(databasePath(), async (db) =>
    searchMessages(db, { query, sort, limit, now, topics: await withFound(db, topics()) }),
  );
  if (page.problem) {
    process.stderr.write(`search: ${page.problem.message}\n  ${query}\n  ${' '.repeat(page.problem.at[0])}^\n`);
    if (page.problem.suggestion) process.stderr.write(`  perhaps: ${page.problem.suggestion}\n`);
    process.exitCode = 2;
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(page))}\n`);
  // Text of mails may contain terminal escape sequences.
  else if (!page.problem) process.stdout.write(visible(textOf(page)));
}

function jsonOf(page: SearchPage): object {
  return {
    query: page.query,
    total: page.total,
    total_is_bound: page.totalIsBound,
    results: page.results.map((result) => ({
      msgid: result.msgid,
      subject: result.subject,
      author: result.author,
      sent_at: rfc3339(result.sentAt),
      lists: result.lists,
      thread: result.thread,
      snippet: result.snippet.map(({ text }) => text).join(''),
    })),
  };
}

function textOf(page: SearchPage): string {
  const lines = page.results.map((result) => {
    const snippet = result.snippet.map(({ text }) => text).join('');
    return `${rfc3339(result.sentAt)?.slice(0, 16).replace('T', ' ')}  ${result.author.name || result.author.address}  ${result.subject}\n    ${result.msgid}\n    ${snippet}\n`;
  });
  return `${lines.join('')}${page.totalIsBound ? 'more than ' : ''}${page.total} messages\n`;
}

await runProgram(
  new Command('search')
    .description("Searches in lore's language: the same search as the web page.")
    .argument('<query...>', 'words, "phrases", s: f: dfn: d: ... (the page /search/ lists all prefixes)')
    .option('--json', 'print one JSON object')
    .option('--limit <n>', `number of results, at most ${MAX_LIMIT}`, limitOf, 50)
    .addOption(
      new Option('--sort <order>', 'newest first, or best first').choices(['date', 'relevance']).default('date'),
    )
    .action(run),
);
