import { arrivedSince, type Group, groups, numbers } from '#db/queries/nntp';
import {
  type Answer,
  block,
  type Command,
  type Context,
  NO_GROUP,
  Refusal,
  rangeOf,
  type State,
  SYNTAX,
  text,
} from './command';
import { wildmat } from './wildmat';
import { fieldOf, idOf } from './wire';

/** Most numbers that are read together. */
const NUMBERS_AT_ONCE = 5000;

/** The fields of an overview, in order, by the older names that RFC 3977, 8.4.2, allows: slrn 1.0.3 reads no overview without these. */
const OVERVIEW_FORMAT = 'Subject:\nFrom:\nDate:\nMessage-ID:\nReferences:\nBytes:\nLines:\nXref:full';

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

export async function* list(context: Context, [keyword = 'ACTIVE', ...args]: string[]): Answer {
  const command = Object.hasOwn(LISTS, keyword.toUpperCase()) ? LISTS[keyword.toUpperCase()] : undefined;
  // slrn takes 503 for a connection that was cut.
  if (!command) throw new Refusal('501 There is no such list');
  yield* command(context, args);
}

async function select({ state, read }: Context, name: string | undefined): Promise<Group> {
  if (name === undefined) {
    if (!state.group) throw new Refusal(NO_GROUP);
    // Read again, because mail may have come since it was selected.
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

export async function* group(context: Context, [name, more]: string[]): Answer {
  if (!name || more) throw new Refusal(SYNTAX);
  yield enter(context.state, await select(context, name));
}

export async function* listGroup(context: Context, [name, range = '1-', more]: string[]): Answer {
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

export async function* newGroups({ read }: Context, args: string[]): Answer {
  const since = timeOf(args);
  const all = await read(groups);
  yield '231 New newsgroups follow';
  const fresh = all.filter((one) => one.since >= since);
  yield text(fresh.map(activeLine).join('\n'));
  yield text('.');
}

export async function* newNews({ read, wait }: Context, [pattern = '', ...time]: string[]): Answer {
  const since = timeOf(time);
  const matches = wildmat(pattern);
  const seconds = await wait();
  if (seconds) throw new Refusal(`403 Too many such requests from your address; try again in ${seconds} s`);
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
