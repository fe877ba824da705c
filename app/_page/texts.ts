import type { Snapshot } from '#db/open';
import { groups } from '#db/queries/nntp';
import { PREFIXES } from '#query/prefixes';
import { respond } from '../_web/http';
import { baseUrl } from './atom';
import { manifestOf } from './mirror';

const TEXT = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' };

/** A page of plain words for programs and their users. */
export const text = (body: string): Response => respond(body, 200, TEXT);

/** Addresses from which a list's repositories are cloned; none where none is served. */
export async function cloneUrls(request: Request, list: string): Promise<string[]> {
  const paths = Object.keys(await manifestOf(list)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return paths.map((path) => baseUrl(request) + encodeURI(path));
}

/** `_/text/{name}/` of a list, as public-inbox has them; null where there is none of that name. */
export async function textOf(request: Request, db: Snapshot, list: string, asked: string): Promise<Response | null> {
  const name = asked.replace(/\/raw$/, '');
  const url = `${baseUrl(request)}/${encodeURIComponent(list)}/`;
  if (name === 'help') return text(help(url));
  if (name === 'color') return text(COLOR);
  if (name === 'mirror') return text(mirror(url, list, await cloneUrls(request, list)));
  if (name === 'config') return text(config(url, list, await newsgroupOf(db, list)));
  return null;
}

const help = (url: string) => `Search of ${url}?q=QUERY

Words are joined by AND; OR, NOT, +, -, parentheses, "phrases", word*, NEAR/n and ADJ/n are understood. Prefixes:

${PREFIXES.map(({ name, meaning, example }) => `  ${`${name}:`.padEnd(12)} ${meaning.padEnd(60)} ${example}`).join('\n')}

Results: ?q=QUERY&x=A as Atom; POST ?q=QUERY&x=m all of them as mbox.gz, with t=1 their whole threads.
Within a thread: POST ${url}MESSAGE-ID/?q=QUERY&x=m

Message-IDs in addresses are percent-encoded: "/" is %2F.
  MESSAGE-ID/          the message          MESSAGE-ID/raw        its bytes
  MESSAGE-ID/T/, t/    its thread           MESSAGE-ID/t.mbox.gz  the thread as mbox, t.atom as a feed
`;

const COLOR = `Pages follow the light or dark theme that the browser asks for; the button at the foot of each page changes it.
A user style sheet may set the custom properties of :root, which all colours are taken from.
`;

const mirror = (url: string, list: string, urls: string[]) =>
  urls.length
    ? `This list can be cloned:

${urls.map((one) => `  git clone --mirror ${one} ${list}/git/${/(\d+)\.git$/.exec(one)?.[1] ?? 0}.git`).join('\n')}

All of it, and later what is new: public-inbox-clone ${url}, then public-inbox-fetch.
grokmirror: ${url}manifest.js.gz
Another Threadline: npm run ingest -- --follow ${url}
`
    : `The git repositories of this list are not served here. Its operator can: npm run mirror
`;

/** As our own newsreaders' door names it, so that a mirror's group has the same name. */
async function newsgroupOf(db: Snapshot, list: string): Promise<string> {
  return (await groups(db)).find((group) => group.listName === list)?.name ?? `inbox.${list}`;
}

const config = (
  url: string,
  list: string,
  newsgroup: string,
) => `; Of a mirror by public-inbox (public-inbox-config(5)).
[publicinbox ${JSON.stringify(list)}]
	inboxdir = /path/to/${list}
	url = ${url}
	address = ${list}@example.org
	newsgroup = ${newsgroup}
`;
