import { rawPartsOf } from '#db/queries/blocks';
import {
  type Article,
  articleByMsgid,
  articles,
  articlesWithHeads,
  type Group,
  groups,
  neighbour,
  withHeads,
} from '#db/queries/nntp';
import { LARGE_BYTES, waitForLarge } from '../_page/memorybudget';
import { settings } from '../_web/settings';
import { type Answer, type Command, type Context, msgidOf, NO_GROUP, Refusal, rangeOf, SYNTAX, text } from './command';
import { articleHead, dotted, headerOf, idOf, overviewOf } from './wire';

/** Articles whose overview lines or headers are read together. */
const AT_ONCE = 200;

export const step = (way: 'next' | 'previous'): Command =>
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

/** A larger article takes room as large mails do; below LARGE_BYTES each client gets its own copy. */
const FREE_BYTES = 256 * 1024;

export const article = (code: 220 | 221 | 222 | 223): Command =>
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

/** The groups of the article: `host group:number group:number`. */
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

/** The number of lines of the body if the stored text is the body; else nothing, as a wrong number is not allowed (RFC 3977, 8.1.2). */
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

/** OVER, HDR and their older forms: a line for each article of a range, or for a single one. */
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
  if (seconds) throw new Refusal(`403 Too many such requests from your address; try again in ${seconds} s`);
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

export const over = (isOld: boolean): Command =>
  async function* (context, [range, more]) {
    if (more) throw new Refusal(SYNTAX);
    yield* lines(context, range, '224 Overview information follows', isOld, overviewLine);
  };

export const hdr = (isOld: boolean): Command =>
  async function* (context, [name, range, more]) {
    if (!name || more || !/^:?[\x21-\x39\x3b-\x7e]{1,100}:?$/.test(name)) throw new Refusal(SYNTAX);
    const field = name.length > 1 ? name.replace(/:$/, '') : name;
    const first = isOld ? `221 ${field} follows` : '225 Headers follow';
    // For an article requested by Message-ID, XHDR repeats the Message-ID as given (RFC 2980, 2.6).
    const named = isOld && range !== undefined && msgidOf(range) ? range : null;
    yield* lines(context, range, first, isOld, (one, number, all) => `${named ?? number} ${factOf(one, field, all)}`);
  };
