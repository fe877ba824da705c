import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Reader } from '#db/open';
import { rfc3339 } from '#db/queries/export';
import { type FoundQuote, findQuotes, MAX_ARTICLE } from '#db/queries/quotes';
import { visible } from '#mail/visible';
import { changeOf, editsOf } from '#quote/edits';
import { runProgram } from './program';
import { databasePath } from './settings';

async function run(file: string, flags: { json?: boolean }): Promise<void> {
  let article: string;
  try {
    article = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    process.stderr.write(`quotes: ${file}: cannot read file (${(error as NodeJS.ErrnoException).code})\n`);
    process.exitCode = 1;
    return;
  }
  if (article.length > MAX_ARTICLE)
    process.stderr.write(`quotes: ${file}: read only the first ${MAX_ARTICLE} characters\n`);
  const quotes = await Reader.once(databasePath(), (db) => findQuotes(db, article));
  process.stdout.write(flags.json ? `${JSON.stringify(jsonOf(quotes))}\n` : visible(quotes.map(textOf).join('\n')));
}

const jsonOf = (quotes: FoundQuote[]) => ({
  quotes: quotes.map(({ text, status, matches }) => ({
    text,
    status,
    matches: matches.map(({ msgid, lines, text, similarity }) => ({ msgid, lines, text, similarity })),
  })),
});

function textOf({ text, status, matches }: FoundQuote): string {
  const lines = [`${status}: "${text.replace(/\s+/g, ' ')}"`];
  for (const { msgid, author, sentAt, lines: span, text: passage, similarity, isQuoted } of matches) {
    const where = `${author.name || author.address}, ${rfc3339(sentAt)?.slice(0, 10)}, lines ${span.join('-')}`;
    const how = status === 'not found' ? `nearest (${similarity}): ` : isQuoted ? 'quoted by ' : '';
    lines.push(`    ${how}${where}`, `    ${msgid}`);
    if (status === 'edited')
      lines.push(`    ${changeOf(passage, text)}`, `    ${editsOf(passage, text).map(written).join('')}`);
    if (status === 'not found') lines.push(`    ${passage.replace(/\s+/g, ' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** In the format of `git diff --word-diff`. */
function written({ kind, text }: ReturnType<typeof editsOf>[0]): string {
  return kind === 'same' ? text : kind === 'put in' ? `{+${text}+}` : `[-${text}-]`;
}

await runProgram(
  new Command('quotes')
    .description('Finds, for every quotation in a text, the mail it comes from.')
    .argument('<file>', 'an article: text, Markdown or HTML; - for standard input')
    .option('--json', 'print one JSON object')
    .action(run),
);
