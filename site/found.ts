import type { Maintained } from './maintainers';
import { parseTopics, type Topic } from './topic';

/** What is needed of a thread to find topics. */
export interface Titled {
  subject: string;
  author: number;
  /** Paths that its first patch changes, one a line; null if it has no patch. */
  files: string | null;
}

/** A topic found in the subjects of the archive, with its counts. */
export interface FoundTopic {
  topic: Topic;
  threads: number;
  people: number;
}

/** A topic needs at least so many threads, begun by so many people. */
const FEWEST = { threads: 5, people: 3 };
const FEWEST_OF_SYSTEM = 3;
const MOST = { topics: 24, systems: 12, files: 100, paths: 12 };
/** Words that begin subjects in any archive, and name no topic. */
const ANYWHERE = new Set(
  'announce announcement attention attn bug call dear docs documentation driver drivers error failed fix fixed fixes fs fwd hello help hi howto include info kconfig kernel lib linux mailmap maintainers makefile misc news note notice patch patches ping problem question question regression report request resend review rfc status todo tools treewide update updates urgent warning'.split(
    ' ',
  ),
);

/** "EDAC/amd64: Fix a leak" names EDAC, and amd64 in it; "PM / devfreq: exynos: ..." names PM, devfreq and exynos. Null for a subject that names nothing. */
export function partsOf(subject: string): string[] | null {
  const title = subject.slice(0, 200).replace(/^(?:\s*(?:re|fwd?|aw|sv)\s*:|\s*\[[^\]]{0,100}\])+\s*/i, '');
  const [, head] = /^([\w.+*-]{2,40}(?: ?[/,:] ?[\w.+*-]{1,40}){0,3}) ?:\s/.exec(title) ?? [];
  if (!head || /^[\d.]+$/.test(head)) return null;
  return head.split(/ ?[/,:] ?/).filter(Boolean);
}

/** The topics that a subject names, narrowest first: "EDAC/amd64: Fix a leak" names EDAC/amd64 and EDAC. */
export function namesOf(subject: string): string[] {
  const [whole = '', part] = (partsOf(subject) ?? []).filter((one) => slugOf(one.toLowerCase()));
  const names = ANYWHERE.has(whole.toLowerCase()) ? [] : [whole];
  return (part === undefined ? names : [`${whole}/${part}`, ...names]).filter(Boolean);
}

interface Group {
  threads: number;
  people: Set<number>;
  spellings: Map<string, number>;
  folders: Map<string, number>;
  patches: number;
  parts: Map<string, Group>;
}

const group = (): Group => ({
  threads: 0,
  people: new Set(),
  spellings: new Map(),
  folders: new Map(),
  patches: 0,
  parts: new Map(),
});

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
const mostOf = (counts: Map<string, number>) => [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];

/**
 * The topics that many subjects of an archive begin with, each with the folder that its patches change. Most threads first. With the
 * entries of a MAINTAINERS file, a folder brings the other files of its entry, and entries that no subject names are topics too.
 */
export function topicsFound(threads: Iterable<Titled>, entries: Maintained[] = []): FoundTopic[] {
  const groups = new Map<string, Group>();
  const maintained = new MaintainersEntries(entries);
  for (const thread of threads) {
    maintained.add(thread);
    const parts = partsOf(thread.subject);
    if (!parts) continue;
    const whole = add(groups, parts[0] as string, thread);
    for (const part of new Set(parts.slice(1).map((one) => one.toLowerCase())))
      add(whole.parts, parts.find((one) => one.toLowerCase() === part) as string, thread);
  }
  const slugs = new Set<string>();
  const named = [...groups]
    .filter(([key, one]) => one.threads >= FEWEST.threads && one.people.size >= FEWEST.people && !ANYWHERE.has(key))
    .sort((a, b) => b[1].threads - a[1].threads || (a[0] < b[0] ? -1 : 1))
    .flatMap(([key, one]) => {
      const slug = slugOf(key);
      if (!slug || slugs.has(slug)) return [];
      slugs.add(slug);
      return [{ topic: topicOf(slug, key, one, maintained), threads: one.threads, people: one.people.size }];
    })
    .slice(0, MOST.topics);
  const others = maintained.topics().filter(({ topic: { slug } }) => !slugs.has(slug));
  return [...named, ...others].sort((a, b) => b.threads - a.threads).slice(0, MOST.topics);
}

/** Entries of a MAINTAINERS file, with the threads whose patches change their files. */
class MaintainersEntries {
  readonly #byPath: Map<string, Maintained>;
  readonly #threads = new Map<Maintained, { threads: number; people: Set<number> }>();
  /** Entries that a topic has already. */
  readonly #taken = new Set<Maintained>();

  constructor(entries: Maintained[]) {
    this.#byPath = new Map(entries.flatMap((entry) => entry.files.map((path) => [path, entry] as const)));
  }

  /** A file is of the entry that names it, else of the one that names its nearest folder. */
  #entryOf(path: string): Maintained | undefined {
    for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const entry = this.#byPath.get(at);
      if (entry) return entry;
    }
    return undefined;
  }

  add({ files, author }: Titled): void {
    if (files === null || !this.#byPath.size) return;
    for (const entry of new Set(files.split('\n', MOST.files).map((path) => this.#entryOf(path)))) {
      if (!entry) continue;
      const counted = this.#threads.get(entry) ?? { threads: 0, people: new Set() };
      this.#threads.set(entry, counted);
      counted.threads++;
      counted.people.add(author);
    }
  }

  /** The entry that has a folder, which is a topic's from now on. */
  take(folder: string): Maintained | undefined {
    const entry = this.#byPath.get(folder);
    if (entry) this.#taken.add(entry);
    return entry;
  }

  topics(): FoundTopic[] {
    return [...this.#threads].flatMap(([entry, { threads, people }]) => {
      const slug = slugOf(entry.title.toLowerCase());
      if (!slug || this.#taken.has(entry) || threads < FEWEST.threads || people.size < FEWEST.people) return [];
      const given = {
        slug,
        title: entry.title,
        description: `An entry of MAINTAINERS: patches of ${threads} threads change its files.`,
        query: filesQuery(entry.files),
        systems: [],
      };
      const [topic] = parseTopics(JSON.stringify({ topics: [given] }), 'topics found');
      return topic ? [{ topic, threads, people: people.size }] : [];
    });
  }
}

const filesQuery = (files: string[]) =>
  files
    .slice(0, MOST.paths)
    .map((path) => `dfn:"${path}"`)
    .join(' OR ');

function add(groups: Map<string, Group>, name: string, { author, files }: Titled): Group {
  const key = name.toLowerCase();
  const found = groups.get(key) ?? group();
  groups.set(key, found);
  found.threads++;
  found.people.add(author);
  count(found.spellings, name);
  if (files !== null) {
    found.patches++;
    for (const folder of new Set(files.split('\n').map(folderOf))) if (folder) count(found.folders, folder);
  }
  return found;
}

/** The first two levels of a path: `drivers/edac`. */
const folderOf = (path: string) => path.split('/').slice(0, -1).slice(0, 2).join('/');

const slugOf = (key: string) =>
  key
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
const phraseOf = (words: string[]) =>
  `s:"${words
    .join(' ')
    .replace(/[^\p{L}\p{N} _.-]+/gu, ' ')
    .trim()}"`;

function topicOf(slug: string, key: string, one: Group, maintained: MaintainersEntries): Topic {
  const [title] = mostOf(one.spellings);
  const [folder, patches] = mostOf(one.folders);
  // A folder belongs to the topic if most of its patches change the folder, and the folder is not a whole tree.
  const isItsOwn = patches * 2 > one.patches && patches >= FEWEST_OF_SYSTEM && /^[\w.-]+\/[\w.-]+$/.test(folder);
  const entry = isItsOwn ? maintained.take(folder) : undefined;
  const systems = [...one.parts]
    .filter(([part, { threads }]) => threads >= FEWEST_OF_SYSTEM && slugOf(part) && part !== key && !ANYWHERE.has(part))
    .sort((a, b) => b[1].threads - a[1].threads)
    .slice(0, MOST.systems)
    .map(([part, { spellings }]) => ({
      slug: `${slug}-${slugOf(part)}`.slice(0, 60),
      title: mostOf(spellings)[0],
      aliases: [phraseOf([key, part])],
    }));
  const known = new Set<string>();
  const given = {
    slug,
    title,
    description: `Found in this archive: ${one.threads} threads whose subject begins with “${title}”${isItsOwn ? `, and patches to ${folder}/` : ''}${entry ? ` and the other files of ${entry.title} in MAINTAINERS` : ''}.`,
    query: phraseOf([key]) + (isItsOwn ? ` OR ${filesQuery([...new Set([folder, ...(entry?.files ?? [])])])}` : ''),
    systems: systems.filter((system) => !known.has(system.slug) && known.add(system.slug)),
  };
  return parseTopics(JSON.stringify({ topics: [given] }), 'topics found')[0] as Topic;
}
