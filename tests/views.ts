import { MboxSplitter } from '../ingest/read/splitter.ts';

/** Pages called in this process, without a server. */
export interface Views {
  get(path: string): Promise<{ status: number; body: string; bytes: Buffer }>;
  /** The Message-IDs that a search finds. */
  search(query: string): Promise<{ msgid: string }[]>;
}

/** Opens the views; the routes read the database named by the environment, once per process. */
export async function openViews(database: string): Promise<Views> {
  process.env.THREADLINE_DB = database;
  process.env.THREADLINE_LOG = 'silent';
  const routes = [
    await import('../app/api/v1/[...path]/route.ts'),
    await import('../app/[list]/route.tsx'),
    await import('../app/[list]/[msgid]/route.tsx'),
    await import('../app/[list]/[msgid]/[view]/route.tsx'),
  ] as const;
  const get = async (path: string) => {
    const parts = new URL(path, 'http://localhost').pathname.split('/').filter(Boolean).length;
    const { GET } = path.startsWith('/api/') ? routes[0] : (routes[parts as 1 | 2 | 3] ?? routes[3]);
    const answer = await GET(new Request(`http://localhost${path}`));
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, body: bytes.toString(), bytes };
  };
  return {
    get,
    search: async (query) => JSON.parse((await get(`/api/v1/search?q=${encodeURIComponent(query)}`)).body).results,
  };
}

export const found = (results: { msgid: string }[]): string[] => results.map(({ msgid }) => msgid).sort();

/** Splits an mboxrd into mails. */
export function cutMbox(mbox: Buffer): Buffer[] {
  const splitter = new MboxSplitter();
  return [...splitter.push(mbox), ...splitter.end()].map(({ bytes }) => bytes);
}

/** The fields of the page's reply link. */
export function mailtoFields(page: string): Record<string, string> {
  const href = /href="(mailto:[^"]*In-Reply-To[^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  return Object.fromEntries(new URL(href).searchParams);
}

/**
 * Queries that are pasted into the search box or typed in another script (mu 123, 544), each with the mail in
 * ../shared/cases/70-search.mbox that it must find.
 */
export const SEARCHES: [string, string][] = [
  ['手続き', 'h1-70a@example.org'],
  ['確認', 'h1-70a@example.org'],
  ['申請書', 'h1-70a@example.org'],
  ['中文测试', 'h1-70a@example.org'],
  ['测试邮件', 'h1-70a@example.org'],
  ...[
    'https://example.org/path/a_b?x=1&y=%20z#frag-2',
    'C++',
    'foo-bar.baz',
    '#define X_Y',
    '0x1F',
    'key=value',
    'user+tag@example.org',
    "it's node.js",
    'f:pat+tag@example.org',
    `f:"O'Neil, Pat"`,
    "O'Neil",
    'm:CAF4+nEGO=x_y-z@mail.example.org',
    'CAF4+nEGO=x_y-z@mail.example.org',
    '<CAF4+nEGO=x_y-z@mail.example.org>',
    'mid:CAF4+nEGO=x_y-z@mail.example.org',
  ].map((query): [string, string] => [query, 'CAF4+nEGO=x_y-z@mail.example.org']),
];
