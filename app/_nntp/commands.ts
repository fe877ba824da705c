import { article, hdr, over, step } from './articles';
import { type Answer, block, type Command, type Context, line, Refusal, SYNTAX } from './command';
import { group, list, listGroup, newGroups, newNews } from './groups';

const CAPABILITIES = `VERSION 2
IMPLEMENTATION Threadline
READER
NEWNEWS
HDR
OVER MSGID
LIST ACTIVE ACTIVE.TIMES NEWSGROUPS OVERVIEW.FMT HEADERS`;

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
  IHAVE: line('435 Articles are not accepted'),
  AUTHINFO: line('502 No name or password is needed'),
  STARTTLS: line('580 TLS is offered by the proxy, if at all'),
};

/** The name of a command for metrics and logs: never text invented by a client. */
export const commandName = (word: string): string =>
  Object.hasOwn(COMMANDS, word.toUpperCase()) ? word.toUpperCase() : 'other';

/** Answers one command line; long answers come in parts. */
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
