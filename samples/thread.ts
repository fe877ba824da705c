import { type FilePatch, patchBody } from './diff';
import { LIST, quote, type SampleMail, wrap, write } from './mail';
import { type Invented, PEOPLE } from './people';

/**
 * One mail of a hand-written conversation: its key, the key of its parent, its author, the hours after the parent,
 * and its text. A paragraph `@2` in the text is replaced by the parent's paragraph 2 (counted from 0, without quotes),
 * quoted; `@^2` also quotes what that paragraph answered. A paragraph of `> ` lines quotes lines of the parent, for
 * example of its diff. A paragraph that begins with a space or a tab is kept as is.
 */
export interface Turn {
  key: string;
  to?: string;
  from: keyof typeof PEOPLE;
  after: number;
  text: string;
  /** Begins a new subject. */
  subject?: string;
  /** Was answered, but is not in the archive. */
  absent?: boolean;
  alsoOn?: typeof LIST;
  /** The patch that has the text as its commit message. */
  patch?: { notes: string; files: readonly FilePatch[] };
}

export interface Posted {
  turn: Turn;
  who: Invented;
  msgid: string;
  at: number;
  subject: string;
  references: string[];
  /** Each paragraph that the author wrote, with the quote directly above it. */
  paragraphs: { text: string; above: string }[];
  body: string;
}

/** Writes the mails of a conversation. `start` is in Unix seconds; Message-IDs are made from `slug`. */
export function converse(slug: string, start: number, subject: string, turns: readonly Turn[]): SampleMail[] {
  const posted = new Map<string, Posted>();
  const mails: SampleMail[] = [];
  for (const turn of turns) {
    const parent = turn.to === undefined ? null : (posted.get(turn.to) ?? fail(`${slug}: no mail ${turn.to}`));
    const mail = post(slug, start, subject, turn, parent);
    posted.set(turn.key, mail);
    if (!turn.absent) mails.push(...sent(mail, parent));
  }
  return mails;
}

function fail(reason: string): never {
  throw new Error(reason);
}

function post(slug: string, start: number, subject: string, turn: Turn, parent: Posted | null): Posted {
  const who = PEOPLE[turn.from];
  const at = Math.round(
    (parent ? parent.at : start) + turn.after * 3600 + ((turn.key.length * 977 + turn.text.length * 131) % 1700),
  );
  const blocks = compose(turn.text, turn.patch ? null : parent);
  return {
    turn,
    who,
    at,
    msgid: `${slug}.${turn.key}.${at.toString(36)}.${who.address}`,
    subject: turn.subject ?? (parent ? `Re: ${parent.subject.replace(/^Re: /, '')}` : subject),
    references: parent ? [...parent.references, parent.msgid] : [],
    ...blocks,
    ...(turn.patch ? { body: patchBody(blocks.body.trimEnd(), turn.patch.files, turn.patch.notes) } : {}),
  };
}

/** Paragraphs that are not filled: indented ones, trailers, the list of a cover letter, its changelog. */
const KEPT = /^[ \t]|^(?:[A-Z][\w-]*-by|From|Fixes|Link|Cc|Closes): |^[^\n]+:\n {1,2}\S/;

function compose(text: string, parent: Posted | null): { paragraphs: Posted['paragraphs']; body: string } {
  const paragraphs: Posted['paragraphs'] = [];
  const parts: string[] = [];
  let above = '';
  for (const block of text.trim().split('\n\n')) {
    if (/^(?:@|> )/.test(block)) {
      above = quoted(block, parent);
      parts.push(parts.length || !parent ? marked(above) : quote(parent.who, parent.at, above).trimEnd());
    } else {
      const own = KEPT.test(block) ? block : wrap(block);
      paragraphs.push({ text: own, above });
      parts.push(own);
      above = '';
    }
  }
  return { paragraphs, body: `${parts.join('\n\n')}\n` };
}

function quoted(mark: string, parent: Posted | null): string {
  if (mark.startsWith('> ')) return linesOf(mark, parent);
  const wanted = Number(mark.replace(/\D/g, ''));
  const found = parent?.paragraphs[wanted] ?? fail(`${mark}: ${parent?.turn.key ?? 'the root'} has no such paragraph`);
  return mark.startsWith('@^') && found.above ? `${marked(found.above)}\n\n${found.text}` : found.text;
}

function linesOf(mark: string, parent: Posted | null): string {
  const lines = mark.split('\n').map((line) => line.slice(2));
  const there = parent?.body.split('\n') ?? [];
  const missing = lines.find((line) => !there.includes(line));
  return missing === undefined ? lines.join('\n') : fail(`${parent?.turn.key}: no line to quote: ${missing}`);
}

const marked = (text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? '>' : line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n');

function sent(mail: Posted, parent: Posted | null): SampleMail[] {
  const { turn, who, msgid, at, subject, references, body } = mail;
  const to = parent && parent.who !== who ? [parent.who] : [];
  const draft = { from: who, subject, msgid, at, references, to, body };
  if (!turn.alsoOn) return [write(draft)];
  const cc = `${turn.alsoOn.address}, ${LIST.address}`;
  const both = { ...draft, headers: { Cc: cc } };
  return [write(both), write({ ...both, list: turn.alsoOn })];
}
