import { readFileSync } from 'node:fs';
import { type Draft, quote, type SampleMail, wrap, write } from './mail';
import { gitPatch } from './patch';
import { crowd, type Invented } from './people';
import type { Random } from './random';

/**
 * Threads generated from a stock of words, for archives of any size, with thread shapes and word frequencies like those of a real list.
 * The stock is `../samples/stock.txt` from here and from the bundle in dist/.
 */
const STOCK = readFileSync(new URL('../samples/stock.txt', import.meta.url), 'utf8').split(/^== /m);

/** The lines of a part of the stock. */
function linesOf(part: string): string[] {
  const text = STOCK.find((one) => one.startsWith(`${part}\n`)) ?? '';
  return text.trim().split('\n').slice(1);
}

const SUBSYSTEMS = linesOf('subsystems');
const VERBS = linesOf('verbs');
const THINGS = linesOf('things');
const REASONS = linesOf('reasons');
const REMARKS = linesOf('remarks');
const NOUNS = linesOf('nouns');
const TAGS = ['Reviewed-by', 'Acked-by', 'Tested-by'];

interface Said {
  from: Invented;
  msgid: string;
  at: number;
  subject: string;
  words: string;
  references: string[];
}

/** The tail begins after all hand-written mails. */
const START = Date.UTC(2009, 6, 1) / 1000;

/** A tail of any length spans at most this many seconds: a list of millions of mails is busy, not centuries old. */
const SPAN = 15 * 365 * 86400;
/** Mails of a thread on average, rounded up generously. */
const MAILS_A_THREAD = 3;
/** Mean seconds between the starts of two threads of a quiet list. */
const QUIET = 9000;

/** `count` mails of generated threads. */
export function* tail(count: number, random: Random): Generator<SampleMail> {
  let left = count;
  if (left <= 0) return;
  const gap = Math.min(QUIET, (SPAN * MAILS_A_THREAD) / count);
  for (const draft of threads(random, START, gap, crowd(count))) {
    yield write(draft);
    if (--left <= 0) return;
  }
}

/** An endless sequence of threads; each begins some time after the one before. */
function* threads(random: Random, start: number, gap: number, people: readonly Invented[]): Generator<Draft> {
  let at = start;
  for (let thread = 0; ; thread++) {
    at += Math.floor(-Math.log(1 - random.next()) * gap) + Math.min(60, Math.floor(gap / 2));
    yield* random.below(3) === 0 ? talk(random, people, thread, at) : patches(random, people, thread, at);
  }
}

function* patches(random: Random, people: readonly Invented[], thread: number, at: number): Generator<Draft> {
  const author = random.zipf(people);
  const area = random.zipf(SUBSYSTEMS);
  const total = random.below(4) === 0 ? 2 + random.below(6) : 1;
  const version = 1 + Math.floor(random.next() ** 3 * 5);
  const mark = `PATCH${version > 1 ? ` v${version}` : ''}`;
  const root = `t${thread}-0@example.org`;
  if (total > 1) {
    yield {
      from: author,
      subject: `[${mark} 0/${total}] ${area}: ${random.zipf(VERBS)} and ${random.zipf(VERBS)}`,
      msgid: root,
      at,
      body: `${wrap(`${random.pick(REASONS)} ${random.pick(REASONS)}`)}\n\n-- \n2.40.1\n`,
    };
  }
  for (let n = 1; n <= total; n++) {
    const counter = total > 1 ? ` ${n}/${total}` : '';
    const one = patch(random, thread, n, at + n, author, area, `[${mark}${counter}] `, total > 1 ? [root] : []);
    yield one.draft;
    yield* answers(random, people, one.said, random.below(4));
  }
}

function patch(
  random: Random,
  thread: number,
  n: number,
  at: number,
  author: Invented,
  area: string,
  prefix: string,
  references: string[],
): { draft: Draft; said: Said } {
  const noun = random.zipf(NOUNS);
  const serial = random.below(400);
  const subject = `${prefix}${area}: ${random.zipf(VERBS)} ${random.zipf(THINGS)} of ${noun} ${serial}`;
  const words = wrap(`${random.pick(REASONS)} ${random.pick(REASONS)}`);
  const name = `${area}_${noun}_${serial}`;
  const { stat, diff } = gitPatch(
    [
      {
        path: `drivers/${area}/${area}_${noun}.c`,
        line: 20 + random.below(900),
        context: `static int ${name}(struct ${area}_${noun} *${noun})`,
        before: ['{', `\tint error = ${area}_lock(${noun});`, ''],
        removed: [`\tif (error < ${random.below(9)})`],
        added: [`\tif (error || !${noun}->${random.zipf(NOUNS)})`, `\t\t${area}_note(${noun}, ${random.below(64)});`],
        after: ['\t\treturn error;', '', `\treturn ${name}_finish(${noun});`],
      },
    ],
    random,
  );
  const msgid = `t${thread}-${n}@example.org`;
  const draft: Draft = {
    from: author,
    subject,
    msgid,
    at,
    references,
    body: `${words}\n\nSigned-off-by: ${author.name} <${author.address}>\n---\n${stat}\n\n${diff}\n-- \n2.40.1\n`,
  };
  return { draft, said: { from: author, msgid, at, subject, words, references } };
}

function* talk(random: Random, people: readonly Invented[], thread: number, at: number): Generator<Draft> {
  const from = random.zipf(people);
  const words = wrap(
    `${random.pick(REASONS)} ${random.pick(REMARKS)} Has anybody seen ${random.pick(THINGS)} with ${random.zipf(SUBSYSTEMS)} lately?`,
  );
  const said: Said = {
    from,
    msgid: `t${thread}-0@example.org`,
    at,
    subject: `${random.zipf(SUBSYSTEMS)}: ${random.pick(THINGS)}, again`,
    words,
    references: [],
  };
  yield { from, subject: said.subject, msgid: said.msgid, at, body: words };
  yield* answers(random, people, said, 1 + Math.floor(random.next() ** 4 * 24));
}

/** Replies to a mail and to one another. */
function* answers(random: Random, people: readonly Invented[], root: Said, count: number): Generator<Draft> {
  const said = [root];
  for (let n = 0; n < count; n++) {
    const parent = random.below(2) ? (said.at(-1) as Said) : random.pick(said);
    const from = random.zipf(people);
    const words = wrap(`${random.pick(REMARKS)} ${random.below(2) ? random.pick(REASONS) : random.pick(REMARKS)}`);
    const at = parent.at + 300 + random.below(80_000);
    const subject = parent.subject.startsWith('Re: ') ? parent.subject : `Re: ${parent.subject}`;
    const one: Said = {
      from,
      msgid: root.msgid.replace('@', `-r${n}@`),
      at,
      subject,
      words,
      references: [...parent.references.slice(-6), parent.msgid],
    };
    const tag = random.below(5) === 0 ? `\n${random.pick(TAGS)}: ${from.name} <${from.address}>\n` : '';
    said.push(one);
    yield {
      from,
      to: [parent.from],
      subject,
      msgid: one.msgid,
      at,
      references: one.references,
      body: `${quote(parent.from, parent.at, parent.words)}\n${words}\n${tag}`,
    };
  }
}
