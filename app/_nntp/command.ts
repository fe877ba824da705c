import type { Snapshot } from '#db/open';
import type { Group } from '#db/queries/nntp';

/** What a connection remembers (RFC 3977, 3): the group that it selected, and its current article. */
export interface State {
  group: Group | null;
  number: number | null;
}

/** What a command may use. */
export interface Context {
  state: State;
  /** One read transaction; nothing is sent to the client within it. */
  read<T>(query: (db: Snapshot) => Promise<T>): Promise<T>;
  /** Counts against the client's rate limit; returns the seconds to wait, 0 for none. */
  wait(): Promise<number>;
}

/** The answer in parts: the first line, then the rest of a multi-line response, made at the client's speed. */
export type Answer = AsyncGenerator<string | Buffer>;
export type Command = (context: Context, args: string[]) => Answer;

/** An answer of one line that ends a command early. */
export class Refusal extends Error {}

export const SYNTAX = '501 Syntax error';
export const NO_GROUP = '412 No newsgroup selected';
const HIGHEST = 2 ** 53 - 1;

export const text = (lines: string) => Buffer.from(lines ? `${lines.replace(/\n/g, '\r\n')}\r\n` : '', 'utf8');

/** One line, or several with the dot that ends them. */
export const line = (answer: string): Command =>
  async function* () {
    yield answer;
  };
export const block = (first: string, lines: string): Command =>
  async function* () {
    yield first;
    yield text(lines);
    yield text('.');
  };

/** `<msgid>` without its brackets. */
export const msgidOf = (text: string) => /^<([^<>]+)>$/.exec(text)?.[1];

/** `n`, `n-` or `n-m` (RFC 3977, 9.8). */
export function rangeOf(range: string): [number, number] {
  const parts = /^(\d{1,16})(?:(-)(\d{1,16})?)?$/.exec(range);
  if (!parts) throw new Refusal(SYNTAX);
  const from = Number(parts[1]);
  return [from, parts[2] ? Number(parts[3] ?? HIGHEST) : from];
}
