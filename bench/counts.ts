/**
 * Compares which messages each query in a file finds here and at a public-inbox server, and why they differ.
 *
 *   node dist/counts.mjs DATABASE http://127.0.0.1:8080/linux-edac/ queries.tsv
 *
 * The file has a header line and tab-separated columns: an id, two others, and the query.
 * The server is asked like lore (POST ?q=...&x=m), so messages are compared with messages.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Reader, type Snapshot } from '#db/open';
import { SLOTS, type Slots, textsOf } from '#db/queries/blocks';
import { searchMessages } from '#db/queries/search/index';
import { stemOf } from '#query/stem';

const NOW = Math.floor(Date.now() / 1000);

async function ours(db: Snapshot, query: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let cursor: number | null = null;
  do {
    const page = await searchMessages(db, { query, sort: 'date', limit: 1000, now: NOW, snippets: false, cursor });
    if (page.problem) throw new Error(`${query}: ${page.problem.message}`);
    for (const { msgid, id } of page.results) found.set(msgid, id);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** The messages that the server finds; public-inbox answers 404 if there are none. */
async function theirs(base: string, query: string): Promise<Set<string>> {
  const answer = await fetch(`${base}?x=m&q=${encodeURIComponent(query)}`, { method: 'POST' });
  if (answer.status === 404) return new Set();
  if (!answer.ok) throw new Error(`${query}: the server answered ${answer.status}`);
  const mbox = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString('latin1');
  const heads = mbox
    .split(/^From mboxrd@z .*\n/m)
    .slice(1)
    .map((mail) => mail.slice(0, mail.search(/\r?\n\r?\n/)));
  return new Set(heads.map((head) => /^message-id:\s*<([^>]+)>/im.exec(head)?.[1] ?? '?'));
}

/** The words of a query that may cause a difference; for fields, only the value. */
const wordsOf = (query: string) =>
  [...query.matchAll(/[\p{L}\p{N}_]{2,}\*?/gu)]
    .map(([word]) => word)
    .filter((word) => !/^(AND|OR|NOT|NEAR|s|f|tc|d|nq|dfn|dfa)$/.test(word));

/** Why a message is found only here: how it contains the query's words, for an engine that treats "_" as a letter. */
function reasonOf(query: string, text: string): string {
  const whole = new Set([...text.matchAll(/[\p{L}\p{N}_]+/gu)].map(([word]) => word.toLowerCase()));
  const stems = new Set([...whole].map(stemOf));
  const parts = new Set([...text.matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => stemOf(word)));
  const phrase = /"([^"]+)"/.exec(query)?.[1];
  if (phrase) {
    const exact = new RegExp(
      `(?<![\\p{L}\\p{N}_])${phrase.split(/\s+/).join('[^\\p{L}\\p{N}_]+')}(?![\\p{L}\\p{N}_])`,
      'iu',
    );
    if (exact.test(text)) return 'the phrase itself';
    const ofParts = new RegExp(phrase.split(/\s+/).join('_'), 'iu');
    return ofParts.test(text) ? 'inside an identifier' : 'another form of its words';
  }
  const reasons = wordsOf(query).flatMap((word) => {
    if (word.endsWith('*')) {
      const begins = (words: Set<string>) => [...words].some((one) => one.startsWith(word.slice(0, -1).toLowerCase()));
      return begins(whole) ? [] : begins(parts) ? ['inside an identifier'] : ['in an attachment'];
    }
    if (whole.has(word.toLowerCase()) || stems.has(stemOf(word))) return [];
    const pieces = word.split('_').map(stemOf);
    if (pieces.length > 1 && pieces.every((piece) => parts.has(piece)))
      return [new RegExp(word, 'i').test(text) ? 'inside an identifier' : 'spelt with a space or hyphen'];
    return parts.has(stemOf(word)) ? ['inside an identifier'] : ['in an attachment'];
  });
  // Of alternatives, one is enough: the reason comes from the words that are in the message.
  const named = reasons.filter((reason) => reason !== 'in an attachment');
  return named[0] ?? reasons[0] ?? 'a word that the other side of NOT has by its parts';
}

async function explain(db: Snapshot, query: string, ids: number[]): Promise<string> {
  const tally = new Map<string, number>();
  for (const id of ids) {
    const row = await db.get<Slots & { subject: string } & Record<string, never>>(
      `SELECT subject, ${SLOTS} FROM message WHERE id = ?`,
      [id],
    );
    if (!row) continue;
    const [text = ''] = await textsOf(db, [row]);
    const reason = reasonOf(query, `${row.subject}\n${text}`);
    tally.set(reason, (tally.get(reason) ?? 0) + 1);
  }
  return [...tally]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, count]) => `${count} ${reason}`)
    .join('; ');
}

const [database = '', base = '', file = ''] = process.argv.slice(2);
if (!file) {
  process.stderr.write('counts DATABASE http://HOST/LIST/ QUERIES.tsv\n');
  process.exit(2);
}
const queries = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'));
await Reader.once(database, async (db) => {
  process.stdout.write(
    '| query | public-inbox | Threadline | only there | only here | why only here |\n|---|--:|--:|--:|--:|---|\n',
  );
  for (const [, , , query = ''] of queries) {
    const [here, there] = [await ours(db, query), await theirs(base, query)];
    const onlyHere = [...here].filter(([msgid]) => !there.has(msgid)).map(([, id]) => id);
    const onlyThere = [...there].filter((msgid) => !here.has(msgid));
    const why = await explain(db, query, onlyHere);
    process.stdout.write(
      `| \`${query}\` | ${there.size} | ${here.size} | ${onlyThere.length} | ${onlyHere.length} | ${why} |\n`,
    );
  }
});
