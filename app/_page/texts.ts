import type { Snapshot } from '#db/open';
import { groups } from '#db/queries/nntp';
import { PREFIXES } from '#query/prefixes';
import { respond } from '../_web/http';
import { baseUrl } from './atom';
import { manifestOf } from './mirror';

const TEXT = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' };

/** A plain text page, for programs and their users. */
export const text = (body: string): Response => respond(body, 200, TEXT);

/** Addresses from which a list's repositories can be cloned; empty if none is served. */
export async function cloneUrls(request: Request, list: string): Promise<string[]> {
  const paths = Object.keys(await manifestOf(list)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return paths.map((path) => baseUrl(request) + encodeURI(path));
}

/** `_/text/{name}/` of a list, as in public-inbox; null if there is no such text. */
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

Words are joined by AND. You can use OR, NOT, +, -, parentheses, "phrases", word*, NEAR/n and ADJ/n. Prefixes:

${PREFIXES.map(({ name, meaning, example }) => `  ${`${name}:`.padEnd(12)} ${meaning.padEnd(60)} ${example}`).join('\n')}

Results: ?q=QUERY&x=A as Atom; POST ?q=QUERY&x=m for all of them as mbox.gz, with t=1 for their whole threads.
Within a thread: POST ${url}MESSAGE-ID/?q=QUERY&x=m

Message-IDs in addresses are percent-encoded: "/" is %2F.
  MESSAGE-ID/          the message          MESSAGE-ID/raw        its bytes
  MESSAGE-ID/T/, t/    its thread           MESSAGE-ID/t.mbox.gz  the thread as mbox, t.atom as a feed
`;

const COLOR = `Pages follow the light or dark theme of the browser; the button at the bottom of each page changes it.
All colours come from custom properties of :root, which a user style sheet can set.
`;

const mirror = (url: string, list: string, urls: string[]) =>
  urls.length
    ? `This list can be cloned:

${urls.map((one) => `  git clone --mirror ${one} ${list}/git/${/(\d+)\.git$/.exec(one)?.[1] ?? 0}.git`).join('\n')}

To clone all of it: public-inbox-clone ${url}. To fetch new mail later: public-inbox-fetch.
grokmirror: ${url}manifest.js.gz
Another Threadline: npm run ingest -- --follow ${url}
`
    : `The git repositories of this list are not served here. The operator can enable this with: npm run mirror
`;

/** The name of the list's group on our NNTP server, so that a mirror's group has the same name. */
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
