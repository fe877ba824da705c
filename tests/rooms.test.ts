import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESERVED } from '#site/reserved';

const ROOT = resolve(import.meta.dirname, '..');

/** The folders without I/O; each may import from those before it. */
const WORDS = ['mail', 'patch', 'query', 'quote', 'site'];

/** Folders whose imports are checked; a file belongs to the longest room with which its path begins. */
const SOURCES = [...WORDS, 'ingest', 'db', 'log', 'app', 'cli', 'samples', 'bench'];

/** The rooms from which a room may import, besides itself (docs/ARCHITECTURE.md). Files are named by path. */
const ALLOWED: Record<string, string[]> = {
  mail: [],
  patch: ['mail'],
  query: ['mail'],
  quote: ['mail'],
  site: ['query', 'quote'],
  'ingest/read': [...WORDS],
  'ingest/parse': [...WORDS],
  'ingest/thread': [...WORDS],
  'ingest/patch': [...WORDS],
  'ingest/people': [...WORDS],
  'ingest/quote': [...WORDS],
  'ingest/pipeline': [
    ...WORDS,
    'ingest',
    'ingest/read',
    'ingest/parse',
    'ingest/thread',
    'ingest/patch',
    'ingest/people',
    'ingest/quote',
    'db',
    'db/write',
  ],
  ingest: [
    ...WORDS,
    'ingest/read',
    'ingest/parse',
    'ingest/thread',
    'ingest/patch',
    'ingest/people',
    'ingest/quote',
    'ingest/pipeline',
    'db',
    'db/write',
  ],
  db: [],
  'db/write': [...WORDS, 'db'],
  'db/queries': [...WORDS, 'db'],
  log: ['db'],
  app: [...WORDS, 'db', 'db/queries'],
  cli: [...WORDS, 'db', 'db/queries', 'log', 'ingest', 'ingest/read', 'samples'],
  samples: [],
  bench: [
    ...WORDS,
    'db',
    'db/queries',
    'db/write',
    'log',
    'ingest',
    'ingest/read',
    'ingest/parse',
    'ingest/patch',
    'cli',
    'samples',
  ],
};

function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.push(...filesBelow(path));
    else if (/\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && name !== 'testing.ts') found.push(path);
  }
  return found;
}

const files = SOURCES.filter((folder) => existsSync(join(ROOT, folder)))
  .flatMap((folder) => filesBelow(join(ROOT, folder)))
  .map((path) => relative(ROOT, path));

function roomOf(path: string): string {
  const rooms = Object.keys(ALLOWED).filter((room) => path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** The files of this project that a file imports, as paths from the root. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([#.][^'"]+)['"]/g)].map((match) => match[1] as string);
  return named.map((name) =>
    name.startsWith('#') ? name.slice(1) : relative(ROOT, resolve(ROOT, dirname(path), name)),
  );
}

/** Files of which each leads to itself over the imports of others, types included: who reads one must read all. */
function circles(): string[] {
  const known = new Set(files);
  const isFile = (path: string) => known.has(path);
  const next = new Map(
    files.map((path) => [path, importsOf(path).flatMap((to) => [to, `${to}.ts`, `${to}.tsx`].filter(isFile))] as const),
  );
  expect([...next.values()].flat().length).toBeGreaterThan(files.length);
  const reached = (from: string) => {
    const seen = new Set<string>();
    const left = [...(next.get(from) ?? [])];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      left.push(...(next.get(at) ?? []));
    }
    return seen;
  };
  return files.filter((path) => reached(path).has(path));
}

describe('rooms', () => {
  it('contain every source file', () => {
    expect(files.filter((path) => roomOf(path) === '')).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it('have only allowed imports', () => {
    const forbidden = files.flatMap((path) => {
      const room = roomOf(path);
      return importsOf(path)
        .filter((target) => {
          const other = roomOf(`${target}/`) === '' ? roomOf(target) : roomOf(target);
          return other !== room && !ALLOWED[room]?.includes(other);
        })
        .map((target) => `${path} imports ${target}`);
    });
    expect(forbidden).toEqual([]);
  });

  it('have the imports that ARCHITECTURE lists', () => {
    const text = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
    const rows = [...text.matchAll(/^\| (`.*?) \| .* \| (.*?) +\|$/gm)].map(([, names = '', may = '']) => ({
      rooms: [...names.matchAll(/`([\w/]+)\/`/g)].map((match) => match[1] as string),
      may: [...(may.startsWith('words') ? WORDS : []), ...[...may.matchAll(/`([\w/]+)`/g)].map((match) => match[1])],
    }));
    const listed = rows.flatMap(({ rooms, may }) => rooms.map((room) => [room, may.sort()]));
    const allowed = Object.entries(ALLOWED).map(([room, may]) => [room, may.toSorted()]);
    expect(Object.fromEntries(listed.filter(([room]) => room !== 'scripts'))).toEqual(Object.fromEntries(allowed));
  });

  it('have no circle of files that import one another, of types neither', () => {
    expect(circles()).toEqual([]);
  });

  it('keep the folders of app/ in one order: each imports only from those before it', () => {
    const order = ['_web', '_ui', '_page', '_worker', '_blob', '_thread', 'pages', '_nntp', '_door'];
    const folderOf = (path: string) => /^app\/(_\w+)\//.exec(path)?.[1] ?? 'pages';
    const checked = files.filter((path) => path.startsWith('app/') && !path.startsWith('app/_browser/'));
    expect(new Set(checked.map(folderOf))).toEqual(new Set(order));
    const wrong = checked.flatMap((path) =>
      importsOf(path)
        .filter((to) => to.startsWith('app/') && order.indexOf(folderOf(to)) > order.indexOf(folderOf(path)))
        .map((to) => `${path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('send the browser only what was written for it', () => {
    const scripts = files.filter((path) => path.startsWith('app/_browser/'));
    const elsewhere = scripts.flatMap(importsOf).filter((path) => !path.startsWith('app/_browser/'));
    expect([scripts.length > 5, elsewhere]).toEqual([true, []]);
  });

  it('keep SQL and transactions in db/', () => {
    const sql = [
      /[`'"]\s*(?:SELECT\s.+\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s/is,
      /[`'";]\s*(?:BEGIN\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED|TRANSACTION)|(?:BEGIN|COMMIT|ROLLBACK)\s*[`'";]|SAVEPOINT\s|PRAGMA\s)/,
    ];
    const elsewhere = files.filter((path) => !path.startsWith('db/') && !path.startsWith('bench/'));
    const found = elsewhere.filter((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return sql.some((pattern) => pattern.test(text));
    });
    expect(found).toEqual([]);
  });

  it('write the same on every node: no clock and no random numbers in SQL', () => {
    const unfixed =
      /\b(?:unixepoch|random|randomblob|last_insert_rowid|changes|total_changes)\(|\bCURRENT_(?:TIME|DATE|TIMESTAMP)\b|\((?:'[^']*',\s*)?'now'|\b(?:date|time|datetime|julianday)\(\)/i;
    const writing = files.filter((path) => path.startsWith('db/') && !path.startsWith('db/queries/'));
    expect(writing.filter((path) => unfixed.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  it('name the numbers of kinds, sources and flags in SQL', () => {
    const bare = /\b(?:kind|source|flags|marks)\b\s*(?:=|<>|&|IN)\s*\(?\d/;
    const sql = files.filter((path) => path.startsWith('db/'));
    expect(sql.filter((path) => bare.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  it('read no files in queries', () => {
    const queries = files.filter((path) => path.startsWith('db/queries/'));
    expect(queries.length).toBeGreaterThan(30);
    expect(queries.filter((path) => /from '(?:node:)?fs/.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  it('convert between ids and times in one place only', () => {
    // Eighths of something else.
    const other = [
      'db/queries/search/wildcard.ts',
      'db/queries/blocks.ts',
      'app/_ui/bits.tsx',
      'app/_thread/ThreadPicture.tsx',
    ];
    const code = (path: string) => readFileSync(join(ROOT, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const found = files.filter((path) => !other.includes(path) && /[*/] (?:8|691_?200)\b/.test(code(path)));
    expect(found).toEqual([]);
  });

  it('change no option of V8 in a running process but limits with a number: decision 0079 has the crash', () => {
    const setting = files.filter((path) => readFileSync(join(ROOT, path), 'utf8').includes('setFlagsFromString('));
    const options = setting.flatMap((path) => readFileSync(join(ROOT, path), 'utf8').match(/'--[^']*'/g) ?? []);
    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((option) => !/=\d+'$/.test(option))).toEqual([]);
  });

  it('reserve the names of pages', () => {
    const pages = readdirSync(join(ROOT, 'app'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[a-z]/.test(entry.name))
      .map((entry) => entry.name);
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.filter((name) => !RESERVED.has(name))).toEqual([]);
  });

  it('have browser tests for each kind of page', () => {
    const pages = files.flatMap((path) => /^app\/([a-z][^/]*)\/(?:.*\/)?route\.tsx$/.exec(path)?.[1] ?? []);
    const kinds = readFileSync(join(ROOT, 'tests/e2e/kinds.ts'), 'utf8');
    // The sample archive names no commit.
    const missing = new Set(pages.filter((name) => name !== 'commit' && !kinds.includes(`/${name}/`)));
    expect(pages.length).toBeGreaterThan(10);
    expect([...missing]).toEqual([]);
  });

  it('have files of a readable size', () => {
    const long = files
      .map((path) => [path, readFileSync(join(ROOT, path), 'utf8').split('\n').length] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });
});
