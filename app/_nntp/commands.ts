import type { Snapshot } from '#db/open';
import { rawPartsOf } from '#db/queries/blocks';
import {
  type Article,
  arrivedSince,
  articleByMsgid,
  articles,
  articlesWithHeads,
  type Group,
  groups,
  neighbour,
  numbers,
  withHeads,
} from '#db/queries/nntp';
import { LARGE_BYTES, waitForLarge } from '../_page/room';
import { settings } from '../_web/settings';
import { wildmat } from './wildmat';
import { articleHead, dotted, fieldOf, headerOf, idOf, overviewOf } from './wire';

/** What a connection remembers (RFC 3977, 3): the group that it selected, and its current article. */
export interface State {
  group: Group | null;
  number: number | null;
}

/** What a command may use. */
export interface Context {
  state: State;
  /** One read transaction; what is sent to the client is sent outside of it. */
  read<T>(query: (db: Snapshot) => Promise<T>): Promise<T>;
  /** Counts against the client's limit; seconds to wait, 0 for none. */
  wait(): Promise<number>;
}

/** The answer in parts: the first line, then for a multi-line response what follows it, made as the client takes it. */
type Answer = AsyncGenerator<string | Buffer>;
type Command = (context: Context, args: string[]) => Answer;

/** An answer of one line that ends a command early. */
class Refusal extends Error {}

const SYNTAX = '501 Syntax error';
const NO_GROUP = '412 No newsgroup selected';
/** Overview lines, headers and numbers that are read together. */
const AT_ONCE = 200;
const NUMBERS_AT_ONCE = 5000;
const HIGHEST = 2 ** 53 - 1;

const CAPABILITIES = `VERSION 2
IMPLEMENTATION Threadline
READER
NEWNEWS
HDR
OVER MSGID
LIST ACTIVE ACTIVE.TIMES NEWSGROUPS OVERVIEW.FMT HEADERS`;

/** The fields of an overview, in order, under the older of the names that RFC 3977, 8.4.2, allows: slrn 1.0.3 reads no overview without them. */
const OVERVIEW_FORMAT = 'Subject:\nFrom:\nDate:\nMessage-ID:\nReferences:\nBytes:\nLines:\nXref:full';

const text = (lines: string) => Buffer.from(lines ? `${lines.replace(/\n/g, '\r\n')}\r\n` : '', 'utf8');

/** One line, or several with the dot that ends them. */
const line = (answer: string): Command =>
  async function* () {
    yield answer;
  };
const block = (first: string, lines: string): Command =>
  async function* () {
    yield first;
    yield text(lines);
    yield text('.');
  };

async function* listGroups({ read }: Context, [pattern, more]: string[], show: (group: Group) => string): Answer {
  if (more) throw new Refusal(SYNTAX);
  const matches = wildmat(pattern ?? '*');
  const all = await read(groups);
  yield '215 Information follows';
  yield text(
    all
      .filter(({ name }) => matches(name))
      .map(show)
      .join('\n'),
  );
  yield text('.');
}

const activeLine = ({ name, last, first }: Group) => `${name} ${last} ${first} n`;

/** LIST and its keywords (RFC 3977, 7.6). */
const LISTS: Record<string, Command> = {
  ACTIVE: (context, args) => listGroups(context, args, activeLine),
  'ACTIVE.TIMES': (context, args) => listGroups(context, args, ({ name, since }) => `${name} ${since} archive`),
  NEWSGROUPS: (context, args) =>
    listGroups(context, args, ({ name, about }) => `${name}\t${fieldOf(about).trim() || name}`),
  'OVERVIEW.FMT': block('215 Order of fields in overview database', OVERVIEW_FORMAT),
  HEADERS: block('215 Headers that HDR answers: any', ':\n:bytes\n:lines'),
};

async function* list(context: Context, [keyword = 'ACTIVE', ...args]: string[]): Answer {
  const command = Object.hasOwn(LISTS, keyword.toUpperCase()) ? LISTS[keyword.toUpperCase()] : undefined;
  // slrn takes 503 for a connection that was cut.
  if (!command) throw new Refusal('501 There is no such list');
  yield* command(context, args);
}

async function select({ state, read }: Context, name: string | undefined): Promise<Group> {
  if (name === undefined) {
    if (!state.group) throw new Refusal(NO_GROUP);
    // Its newest numbers: mail may have come since it was selected.
    const known = state.group.list;
    return (await read(groups)).find((one) => one.list === known) ?? state.group;
  }
  const group = (await read(groups)).find((one) => one.name === name);
  if (!group) throw new Refusal('411 No such newsgroup');
  return group;
}

function enter(state: State, group: Group): string {
  state.group = group;
  state.number = group.count ? group.first : null;
  return `211 ${group.count} ${group.first} ${group.last} ${group.name}`;
}

async function* group(context: Context, [name, more]: string[]): Answer {
  if (!name || more) throw new Refusal(SYNTAX);
  yield enter(context.state, await select(context, name));
}

async function* listGroup(context: Context, [name, range = '1-', more]: string[]): Answer {
  if (more) throw new Refusal(SYNTAX);
  const [from, to] = rangeOf(range);
  const chosen = await select(context, name);
  yield `${enter(context.state, chosen)} list follows`;
  for (let at = from; at <= to; ) {
    const some = await context.read((db) => numbers(db, chosen.list, at, to, NUMBERS_AT_ONCE));
    if (some.length) yield text(some.join('\n'));
    if (some.length < NUMBERS_AT_ONCE) break;
    at = (some.at(-1) as number) + 1;
  }
  yield text('.');
}

/** `n`, `n-` or `n-m` (RFC 3977, 9.8). */
function rangeOf(range: string): [number, number] {
  const parts = /^(\d{1,16})(?:(-)(\d{1,16})?)?$/.exec(range);
  if (!parts) throw new Refusal(SYNTAX);
  const from = Number(parts[1]);
  return [from, parts[2] ? Number(parts[3] ?? HIGHEST) : from];
}

const step = (way: 'next' | 'previous'): Command =>
  async function* ({ state, read }) {
    const { group, number } = state;
    if (!group) throw new Refusal(NO_GROUP);
    if (number === null) throw new Refusal('420 No current article');
    const found = await read((db) => neighbour(db, group.list, number, way));
    if (!found) throw new Refusal(way === 'next' ? '421 No next article' : '422 No previous article');
    state.number = found.number;
    yield `223 ${found.number} ${idOf(found.msgid)} Article found`;
  };

/** The article that a command names by number or Message-ID, or the current one (RFC 3977, 6.2). */
async function articleOf({ state, read }: Context, asked: string | undefined): Promise<Article> {
  const { group } = state;
  const msgid = asked && msgidOf(asked);
  if (msgid) {
    const found = await read((db) => articleByMsgid(db, msgid, group?.list ?? null));
    if (!found) throw new Refusal('430 No article with that Message-ID');
    return found;
  }
  if (asked !== undefined && !/^\d{1,16}$/.test(asked)) throw new Refusal(SYNTAX);
  if (!group) throw new Refusal(NO_GROUP);
  const number = asked === undefined ? state.number : Number(asked);
  if (number === null) throw new Refusal('420 No current article');
  const [found] = await read((db) => articles(db, group.list, number, number, 1));
  if (!found) throw new Refusal(asked === undefined ? '420 No current article' : '423 No article with that number');
  state.number = number;
  return found;
}

const msgidOf = (text: string) => /^<([^<>]+)>$/.exec(text)?.[1];

/** An article above this takes room as large mails do; below LARGE_BYTES each client gets its own copy. */
const FREE_BYTES = 256 * 1024;

const article = (code: 220 | 221 | 222 | 223): Command =>
  async function* (context, [asked, more]) {
    if (more) throw new Refusal(SYNTAX);
    const found = await articleOf(context, asked);
    const first = `${code} ${found.number} ${idOf(found.msgid)}`;
    if (code === 223) return yield first;
    const release = await waitForLarge(found.bytes, found.bytes > LARGE_BYTES ? found.id : Symbol(), FREE_BYTES);
    try {
      const [all, [parts]] = await context.read((db) => Promise.all([groups(db), rawPartsOf(db, [found])]));
      const [head = Buffer.alloc(0), body = Buffer.alloc(0)] = parts ?? [];
      yield first;
      const shown = code === 222 ? [] : [articleHead(head, found.msgid, extraHeaders(found, all))];
      yield* dotted(code === 220 ? [...shown, EMPTY_LINE, body] : code === 222 ? [body] : shown);
    } finally {
      release();
    }
  };

const EMPTY_LINE = Buffer.from('\n');

const serverName = () => (settings.baseUrl ? new URL(settings.baseUrl).hostname : 'localhost');

/** Where else the article is: `host group:number group:number`. */
function xrefOf({ posted }: Article, all: Group[]): string {
  const names = new Map(all.map((one) => [one.list, one.name]));
  const places = (JSON.parse(posted) as [number, number][]).map(([list, number]) => `${names.get(list)}:${number}`);
  return [serverName(), ...places.sort()].join(' ');
}

function extraHeaders(found: Article, all: Group[]): Record<string, string> {
  const xref = xrefOf(found, all);
  const places = xref.split(' ').slice(1);
  const names = places.map((place) => place.slice(0, place.lastIndexOf(':')));
  return { Path: `${serverName()}!not-for-mail`, Newsgroups: names.join(','), Xref: xref };
}

/** Lines of the body where the text that is kept is the body; else nothing rather than something else (RFC 3977, 8.1.2). */
const linesOf = ({ body_block, lines }: Article) => (body_block === null ? String(lines) : '');

type WithHead = Article & { head: Buffer };

const latin1 = (value: string) => Buffer.from(value, 'utf8').toString('latin1');

function overviewLine(one: WithHead, number: number, all: Group[]): string {
  const [subject, from, date, references] = overviewOf(one.head);
  const xref = `Xref: ${latin1(xrefOf(one, all))}`;
  return [number, subject, from, date, latin1(idOf(one.msgid)), references, one.bytes, linesOf(one), xref].join('\t');
}

/** A header, or a fact of the article (RFC 3977, 8.1); each byte one character. */
function factOf(one: WithHead, name: string, all: Group[]): string {
  const lower = name.toLowerCase();
  if (lower === ':bytes' || lower === 'bytes') return String(one.bytes);
  if (lower === ':lines' || lower === 'lines') return linesOf(one);
  if (lower === 'message-id') return latin1(idOf(one.msgid));
  const extra = Object.entries(extraHeaders(one, all)).find(([key]) => key.toLowerCase() === lower);
  return extra ? latin1(extra[1]) : headerOf(one.head, name);
}

/** OVER, HDR and their older forms: a line for each article of a range, or for one that is named. */
async function* lines(
  context: Context,
  asked: string | undefined,
  first: string,
  isOld: boolean,
  show: (one: WithHead, number: number, all: Group[]) => string,
): Answer {
  const { state, read } = context;
  const one = asked === undefined || msgidOf(asked) ? await articleOf(context, asked) : null;
  if (one) {
    const [all, [found]] = await read((db) => Promise.all([groups(db), withHeads(db, [one])]));
    yield first;
    if (found) yield Buffer.from(`${show(found, found.number, all)}\r\n`, 'latin1');
    return yield text('.');
  }
  const [from, to] = rangeOf(asked ?? '');
  const { group } = state;
  if (!group) throw new Refusal(NO_GROUP);
  const seconds = from === to ? 0 : await context.wait();
  if (seconds) throw new Refusal(`403 Your address has asked for this too often; ask again in ${seconds} s`);
  let isBegun = false;
  for (let at = from; at <= to; ) {
    const begin = at;
    const [all, some] = await read((db) =>
      Promise.all([groups(db), articlesWithHeads(db, group.list, begin, to, AT_ONCE)]),
    );
    if (!some.length) break;
    if (!isBegun) yield first;
    isBegun = true;
    yield Buffer.from(some.map((found) => `${show(found, found.number, all)}\r\n`).join(''), 'latin1');
    if (some.length < AT_ONCE) break;
    at = (some.at(-1)?.number ?? to) + 1;
  }
  if (!isBegun) throw new Refusal(isOld ? '420 No article in that range' : '423 No article in that range');
  yield text('.');
}

const over = (isOld: boolean): Command =>
  async function* (context, [range, more]) {
    if (more) throw new Refusal(SYNTAX);
    yield* lines(context, range, '224 Overview information follows', isOld, overviewLine);
  };

const hdr = (isOld: boolean): Command =>
  async function* (context, [name, range, more]) {
    if (!name || more || !/^:?[\x21-\x39\x3b-\x7e]{1,100}:?$/.test(name)) throw new Refusal(SYNTAX);
    const field = name.length > 1 ? name.replace(/:$/, '') : name;
    const first = isOld ? `221 ${field} follows` : '225 Headers follow';
    // XHDR names an article that was asked for by its Message-ID as it was asked for (RFC 2980, 2.6).
    const named = isOld && range !== undefined && msgidOf(range) ? range : null;
    yield* lines(context, range, first, isOld, (one, number, all) => `${named ?? number} ${factOf(one, field, all)}`);
  };

/** `yyyymmdd hhmmss [GMT]` as Unix seconds; years of two digits are of the century that makes them least in the future (RFC 3977, 7.3.2). */
function timeOf([date = '', time = '', zone, more]: string[]): number {
  const parts = /^(\d{2}|\d{4})(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)$/.exec(`${date} ${time}`);
  if (!parts || more || (zone && !/^(?:GMT|UTC)$/i.test(zone))) throw new Refusal(SYNTAX);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const now = new Date().getUTCFullYear();
  const century = now - (now % 100);
  const whole = parts[1]?.length === 4 ? year : century + year > now ? century - 100 + year : century + year;
  const at = new Date(Date.UTC(whole, month - 1, day, hour, minute, second));
  if (at.getUTCMonth() !== month - 1 || hour > 23 || minute > 59 || second > 60) throw new Refusal(SYNTAX);
  return at.getTime() / 1000;
}

async function* newGroups({ read }: Context, args: string[]): Answer {
  const since = timeOf(args);
  const all = await read(groups);
  yield '231 New newsgroups follow';
  const fresh = all.filter((one) => one.since >= since);
  yield text(fresh.map(activeLine).join('\n'));
  yield text('.');
}

async function* newNews({ read, wait }: Context, [pattern = '', ...time]: string[]): Answer {
  const since = timeOf(time);
  const matches = wildmat(pattern);
  const seconds = await wait();
  if (seconds) throw new Refusal(`403 Your address has asked for this too often; ask again in ${seconds} s`);
  const chosen = (await read(groups)).filter(({ name }) => matches(name));
  yield '230 New articles follow';
  for (const { list } of chosen)
    for (let at: number | null = 0; at !== null; ) {
      const after: number = at;
      const { msgids, next }: Awaited<ReturnType<typeof arrivedSince>> = await read((db) =>
        arrivedSince(db, list, since, after),
      );
      if (msgids.length) yield text(msgids.map(idOf).join('\n'));
      at = next;
    }
  yield text('.');
}

async function* mode(_: Context, [what = '', more]: string[]): Answer {
  if (what.toUpperCase() !== 'READER' || more) throw new Refusal(SYNTAX);
  yield '201 Reading only';
}

async function* date(): Answer {
  yield `111 ${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
}

const COMMANDS: Record<string, Command> = {
  CAPABILITIES: block('101 Capabilities follow', CAPABILITIES),
  MODE: mode,
  SLAVE: line('202 Noted'),
  DATE: date,
  HELP: block('100 Help follows', 'An archive of mailing lists, read-only (RFC 3977). Its web pages say more.'),
  LIST: list,
  GROUP: group,
  LISTGROUP: listGroup,
  NEXT: step('next'),
  LAST: step('previous'),
  STAT: article(223),
  HEAD: article(221),
  BODY: article(222),
  ARTICLE: article(220),
  OVER: over(false),
  XOVER: over(true),
  HDR: hdr(false),
  XHDR: hdr(true),
  NEWGROUPS: newGroups,
  NEWNEWS: newNews,
  POST: line('440 Posting not permitted: write to the list by mail'),
  IHAVE: line('435 Articles are not taken'),
  AUTHINFO: line('502 No name or password is needed'),
  STARTTLS: line('580 TLS is offered by the proxy, if at all'),
};

/** The name of a command, for metrics and logs: never what a client made up. */
export const commandName = (word: string): string =>
  Object.hasOwn(COMMANDS, word.toUpperCase()) ? word.toUpperCase() : 'other';

/** Answers one command line; `LISTGROUP` and its kind in parts. */
export async function* answer(context: Context, commandLine: string): Answer {
  const [word = '', ...args] = commandLine.trim().split(/[ \t]+/);
  const command = Object.hasOwn(COMMANDS, word.toUpperCase()) ? COMMANDS[word.toUpperCase()] : undefined;
  if (!command) return yield '500 Unknown command';
  try {
    yield* command(context, args);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    yield error.message;
  }
}
