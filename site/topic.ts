import { z } from 'zod';
import { parseQuery } from '#query/parse';
import type { Node } from '#query/types';

/** topics.json (docs/TOPICS.md): topics and their systems, as queries in the search language. */

const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,60}$/,
    'a slug may only have lower-case letters, digits and hyphens, because it is part of the address',
  );

const system = z.strictObject({
  slug,
  title: z.string().min(1).max(100),
  description: z.string().max(500).optional(),
  /** Queries; a mail that any of them finds is about the system. */
  aliases: z.array(z.string().min(1)).min(1),
  /** A query that must match too; it tells `crash` the tool from a crash. */
  within: z.string().min(1).optional(),
  /** A query that must not match. */
  except: z.string().min(1).optional(),
});

const topic = z.strictObject({
  slug,
  title: z.string().min(1).max(100),
  description: z.string().max(1000),
  /** Finds mails of the topic besides those about its systems. */
  query: z.string().min(1).optional(),
  systems: z.array(system).max(60),
});

const file = z.strictObject({ topics: z.array(topic).max(200) });

export interface System {
  slug: string;
  title: string;
  description: string;
  /** Finds mails that name it, whatever they are about. */
  named: Node;
  /** Finds mails of the topic that name it. */
  tree: Node;
}

export interface Topic {
  slug: string;
  title: string;
  description: string;
  tree: Node;
  systems: System[];
}

/** topics.json cannot be used; the message names the place in it and what to do. */
export class TopicsError extends Error {
  override name = 'TopicsError';
}

/** Systems differ by colour, so more could not be distinguished; and each takes one bit of a number. */
const MAX_SYSTEMS = 30;

/** Reads the text of topics.json. Throws TopicsError. */
export function parseTopics(text: string, name: string): Topic[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TopicsError(`${name}: this is not JSON (${error instanceof Error ? error.message : error}).`);
  }
  const read = file.safeParse(value);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new TopicsError(`${name}: ${placeOf(issue?.path ?? [], value)}: ${issue?.message}. See docs/TOPICS.md.`);
  }
  const topics = read.data.topics.map((one) => topicOf(one, name));
  unique(
    topics.map((one) => one.slug),
    name,
    'topic',
  );
  return topics;
}

function topicOf(given: z.output<typeof topic>, name: string): Topic {
  const systems = given.systems.map((one) => systemOf(one, `${name}: topic ${given.slug}: system ${one.slug}`));
  unique(
    systems.map((one) => one.slug),
    name,
    `system of ${given.slug}`,
  );
  if (systems.length > MAX_SYSTEMS)
    throw new TopicsError(`${name}: topic ${given.slug} has more than ${MAX_SYSTEMS} systems.`);
  const own = given.query === undefined ? [] : [treeOf(given.query, `${name}: topic ${given.slug}: query`)];
  const of = [...own, ...systems.map(({ named }) => named)];
  if (!of.length) throw new TopicsError(`${name}: topic ${given.slug} has neither a query nor systems.`);
  const tree = about(any(of));
  return {
    slug: given.slug,
    title: given.title,
    description: given.description,
    tree,
    systems: systems.map((system) => ({ ...system, tree: { kind: 'and', of: [tree, system.named] } })),
  };
}

/** Mails about a topic: a word in passing is not enough, and mails of robots do not count. */
function about(said: Node): Node {
  const inSubject = titled(said);
  return { kind: 'about', titled: { kind: 'and', of: [inSubject, literal(inSubject)] }, said };
}

/** The index stems words, so that "machine check" would find "state machine checking". A phrase must match the subject word for word. */
function literal(tree: Node): Node {
  if (tree.kind === 'and' || tree.kind === 'or') return { kind: tree.kind, of: tree.of.map(literal) };
  const isPhrase =
    tree.kind === 'words' && tree.field === 's' && !tree.prefix && /^[a-z0-9]+(?:[ -][a-z0-9]+)+$/i.test(tree.text);
  return isPhrase ? { kind: 'test', name: 'title', value: tree.text, at: tree.at } : tree;
}

/** The same query for subjects. Conditions other than words (files, lists) are unchanged. */
function titled(tree: Node): Node {
  if (tree.kind === 'and' || tree.kind === 'or') return { kind: tree.kind, of: tree.of.map(titled) };
  return (tree.kind === 'words' || tree.kind === 'near') && tree.field === 'own' ? { ...tree, field: 's' } : tree;
}

function systemOf(given: z.output<typeof system>, place: string): Omit<System, 'tree'> {
  const parts = [any(given.aliases.map((alias) => treeOf(alias, `${place}: alias "${alias}"`)))];
  if (given.within !== undefined) parts.push(treeOf(given.within, `${place}: within`));
  if (given.except !== undefined) parts.push({ kind: 'not', of: treeOf(given.except, `${place}: except`) });
  return {
    slug: given.slug,
    title: given.title,
    description: given.description ?? '',
    named: parts.length === 1 ? (parts[0] as Node) : { kind: 'and', of: parts },
  };
}

const any = (of: Node[]): Node => (of.length === 1 ? (of[0] as Node) : { kind: 'or', of });

/** Dates are absolute in a topic: it must not change overnight. */
function treeOf(query: string, place: string): Node {
  const parsed = parseQuery(query, 0);
  if (parsed.problem) {
    const offer = parsed.problem.suggestion ? ` Perhaps: ${parsed.problem.suggestion}` : '';
    throw new TopicsError(`${place}: ${parsed.problem.message}${offer}`);
  }
  if (!parsed.tree) throw new TopicsError(`${place}: the query is empty.`);
  return spoken(parsed.tree);
}

/**
 * A word without a prefix matches only the mail's own words: a configuration attached by a test robot names every system there
 * is, a diff is full of identifiers, and a mail that only quotes kdb is not about it.
 */
function spoken(tree: Node): Node {
  if (tree.kind === 'and' || tree.kind === 'or') return { kind: tree.kind, of: tree.of.map(spoken) };
  if (tree.kind === 'not') return { kind: 'not', of: spoken(tree.of) };
  return (tree.kind === 'words' || tree.kind === 'near') && tree.field === 'any' ? { ...tree, field: 'own' } : tree;
}

function unique(slugs: string[], name: string, what: string): void {
  const twice = slugs.find((one, n) => slugs.indexOf(one) !== n);
  if (twice) throw new TopicsError(`${name}: the ${what} "${twice}" is there twice.`);
}

/** `topics[2].systems[0].slug (kdb)`: a place by its numbers and, if there is one, the slug. */
function placeOf(path: PropertyKey[], value: unknown): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  let at: unknown = value;
  let named = '';
  for (const key of path) {
    at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
    const own = (at as { slug?: unknown } | undefined)?.slug;
    if (typeof own === 'string') named = own;
  }
  return `${text.replace(/^\./, '') || 'the file'}${named ? ` (${named})` : ''}`;
}

/** Replaces `topic:x` and `system:y` in a query by their queries. The slug of a system is looked up in all topics. */
export function expandTopics(tree: Node, topics: Topic[]): Node {
  if (tree.kind === 'and' || tree.kind === 'or')
    return { kind: tree.kind, of: tree.of.map((one) => expandTopics(one, topics)) };
  if (tree.kind === 'not') return { kind: 'not', of: expandTopics(tree.of, topics) };
  if (tree.kind !== 'test') return tree;
  const wanted = tree.value.toLowerCase();
  if (tree.name === 'topic') return topics.find(({ slug }) => slug === wanted)?.tree ?? tree;
  if (tree.name !== 'system') return tree;
  const systems = topics.flatMap((topic) => topic.systems).filter(({ slug }) => slug === wanted);
  return systems.length ? any(systems.map((system) => system.tree)) : tree;
}
