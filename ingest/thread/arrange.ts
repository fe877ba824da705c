import type { MsgId } from '#mail/types';

/** A message of the thread to arrange. `id` is `message.id`, ascending by time. */
export interface Member {
  id: number;
  msgid: MsgId;
  references: MsgId[];
  imposter: boolean;
}

/** A line of a thread in display order. `parent` is the parent's position, null for a root. */
export interface Place {
  member: Member | null;
  /** A ghost's msgid; null for a message. */
  ghost: MsgId | null;
  parent: number | null;
  depth: number;
}

interface Node {
  member: Member | null;
  ghost: MsgId | null;
  parent: Node | null;
  /** Union-find link, to detect loops without walking up the tree. */
  set: Node;
  /** Null until the first child, since most messages have no answer. */
  children: Node[] | null;
  /** The message's time; for a ghost, that of its earliest descendant. */
  time: number;
}

/**
 * Arranges a thread as a tree in display order: depth first, siblings and roots by time (JWZ, RFC 5256 REFERENCES).
 * A message's parent is the last id that it names without closing a loop. Ghosts are placed along the References that name them.
 * A message that names no parent stays a root, whatever other mails suggest: only its own headers count.
 * A pure function of the set of members and ghosts: their order and arrival do not matter.
 * Runs in O(n log n) without recursion, so a chain of a million mails does no harm.
 */
export function arrange(members: Member[], ghosts: MsgId[]): Place[] {
  const sorted = [...members].sort((a, b) => a.id - b.id);
  const byMsgid = new Map<MsgId, Node>();
  const nodes = sorted.map((member) => {
    const node = makeNode(member, null, member.id);
    const first = byMsgid.get(member.msgid);
    if (!first || (first.member?.imposter && !member.imposter)) byMsgid.set(member.msgid, node);
    return node;
  });
  const all = [...nodes];
  for (const msgid of ghosts) {
    if (byMsgid.has(msgid)) continue;
    const node = makeNode(null, msgid, Number.POSITIVE_INFINITY);
    byMsgid.set(msgid, node);
    all.push(node);
  }
  for (const node of nodes) linkToParent(node, byMsgid);
  for (const node of nodes) linkGhosts(node, byMsgid);
  return walk(all);
}

function makeNode(member: Member | null, ghost: MsgId | null, time: number): Node {
  const node = { member, ghost, parent: null, children: null, time } as unknown as Node;
  node.set = node;
  return node;
}

function linkToParent(node: Node, byMsgid: Map<MsgId, Node>): void {
  const references = node.member?.references ?? [];
  for (let n = references.length - 1; n >= 0; n--) {
    const parent = byMsgid.get(references[n] as MsgId);
    if (parent && link(node, parent)) return;
  }
}

/** Places each ghost that the message names below the id named before it. */
function linkGhosts(node: Node, byMsgid: Map<MsgId, Node>): void {
  const references = node.member?.references ?? [];
  for (let n = references.length - 1; n > 0; n--) {
    const child = byMsgid.get(references[n] as MsgId);
    const parent = byMsgid.get(references[n - 1] as MsgId);
    if (child && parent && child.ghost !== null && child.parent === null) link(child, parent);
  }
}

/** Links child to parent; false if that would close a loop. `child` has no parent yet, so it is the root of its tree. */
function link(child: Node, parent: Node): boolean {
  const root = find(parent);
  if (root === child) return false;
  child.parent = parent;
  child.set = root;
  return true;
}

function find(node: Node): Node {
  let at = node;
  while (at.set !== at) {
    at.set = at.set.set;
    at = at.set;
  }
  return at;
}

function walk(all: Node[]): Place[] {
  const roots: Node[] = [];
  for (const node of all) {
    if (!node.parent) roots.push(node);
    else if (node.parent.children) node.parent.children.push(node);
    else node.parent.children = [node];
  }
  settleGhostTimes(roots);
  const places: Place[] = [];
  const stack = latestFirst(roots).map((node) => ({ node, parent: null as number | null, depth: 0 }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, parent, depth } = next;
    const position = places.push({ member: node.member, ghost: node.ghost, parent, depth }) - 1;
    for (const child of latestFirst(node.children ?? []))
      stack.push({ node: child, parent: position, depth: depth + 1 });
  }
  return places;
}

/** Nodes in the order for a stack. A ghost without a message below it is not shown (JWZ step 4A). */
function latestFirst(nodes: Node[]): Node[] {
  return nodes
    .filter((node) => node.time !== Number.POSITIVE_INFINITY)
    .sort((a, b) => b.time - a.time || (a.ghost === null ? -1 : 1));
}

/** Gives each ghost the time of its earliest answer. Reversed breadth-first order handles children before parents. */
function settleGhostTimes(roots: Node[]): void {
  const order = [...roots];
  for (let n = 0; n < order.length; n++) for (const child of (order[n] as Node).children ?? []) order.push(child);
  for (let n = order.length - 1; n >= 0; n--) {
    const { parent, time } = order[n] as Node;
    if (parent?.ghost != null && time < parent.time) parent.time = time;
  }
}
