import { addTo } from '#mail/groups';
import { MARK, type PatchFact, type Revision } from '#patch/kinds';
import { likeness } from './alike';
import {
  isMostly,
  isOneAuthor,
  isTwice,
  judge,
  type Link,
  namesEarlier,
  REACH,
  RETITLED,
  sharedChangeId,
} from './follows';
import { type PostedSet, postedSets } from './sets';

/** A set with only author and file in common is a candidate for half a year. */
const FILE_REACH = 183 * 86400;
/**
 * Joins posted sets into series. Each set follows at most one earlier set, which is decided from these two sets alone; sets that
 * are connected by these links are a series. So the result does not depend on the order or batches in which mails arrived.
 */
export function linkSeries(facts: PatchFact[]): Revision[] {
  const sets = postedSets(facts).sort((a, b) => a.id - b.id);
  const index = new CandidateIndex();
  const revisions = new Map<number, Revision>();
  const followers = new Map<number, PostedSet[]>();
  const united = new Map<number, number>();
  const root = (series: number): number => {
    let at = series;
    for (let above = united.get(at); above !== undefined; above = united.get(at)) at = above;
    // Path compression: otherwise a chain of ten thousand would be walked for each set.
    if (at !== series) united.set(series, at);
    return at;
  };
  for (const set of sets) {
    const candidates = index.candidates(set);
    const link = bestLink(set, candidates) ?? byNumber(set, candidates, followers);
    const before = link && revisions.get(link.to.id);
    const series = before && !isSplit(set, link, followers) ? before.series : set.id;
    revisions.set(set.id, revisionOf(set, series, link, before ?? null));
    for (const earlier of link ? [link.to, ...mergedInto(set, link.to, candidates, followers)] : []) {
      addTo(followers, earlier.id, set);
      if (earlier === link?.to) continue;
      const [first = 0, second = 0] = [root(revisions.get(earlier.id)?.series ?? set.id), root(series)].sort(
        (a, b) => a - b,
      );
      if (first !== second) united.set(second, first);
    }
    index.add(set);
  }
  return [...revisions.values()].map((revision) => ({ ...revision, series: root(revision.series) }));
}

/**
 * Works that a later version merges: the author's other sets that it names, or with the number before and not followed yet, whose
 * patches it contains; and a patch that was sent twice. A set that only builds on another patch merges nothing.
 */
function mergedInto(
  set: PostedSet,
  main: PostedSet,
  candidates: PostedSet[],
  followers: Map<number, PostedSet[]>,
): PostedSet[] {
  if (set.part || set.stable !== null) return [];
  return candidates.filter((earlier) => {
    if (earlier === main || earlier.part || earlier.stable !== null || !isOneAuthor(set, earlier)) return false;
    if (isTwice(set, earlier)) return true;
    const size = earlier.patches.length;
    if (followers.has(earlier.id) || size === 0 || size >= set.patches.length) return false;
    const alike = likeness(set, earlier);
    if (namesEarlier(set, earlier)) return isMostly(alike);
    const isBefore = set.revision > 1 && earlier.revision === set.revision - 1;
    if (!isBefore || set.sentAt - earlier.sentAt > RETITLED || sharedChangeId(set, earlier) === false) return false;
    return alike.pairs === size && (alike.titled === size || (alike.alike === size && alike.change >= 0.8));
  });
}

function revisionOf(set: PostedSet, series: number, link: Link | null, before: Revision | null): Revision {
  const isResend = link !== null && (set.marks & MARK.resend) !== 0 && set.revision === link.to.revision;
  return {
    id: set.id,
    series,
    number: set.revision,
    part: set.part,
    isResend: isResend || link?.kind === 'resend',
    cover: set.cover?.id ?? null,
    total: set.total,
    members: set.members.map((member) => member.id),
    previous: before?.id ?? null,
    link: link?.kind ?? null,
    likeness: link ? Math.round(link.likeness.change * 100) / 100 : 0,
  };
}

/**
 * If two sets with the same version number follow the same set and have nothing in common, the work was split, and the later part
 * is a separate series (its first revision still names its origin).
 */
function isSplit(set: PostedSet, link: Link, followers: Map<number, PostedSet[]>): boolean {
  if (link.kind === 'change-id' || link.kind === 'replacement') return false;
  const rivals = (followers.get(link.to.id) ?? []).filter((rival) => rival.revision === set.revision && !rival.part);
  if (set.part || rivals.length === 0) return false;
  return rivals.slice(0, MOST_CANDIDATES).every((rival) => {
    if (rival.members.length < set.members.length) return false;
    const common = likeness(set, rival);
    return common.pairs === 0 && !common.sameName;
  });
}

function bestLink(set: PostedSet, candidates: PostedSet[]): Link | null {
  let best: Link | null = null;
  for (const candidate of candidates) {
    const link = judge(set, candidate);
    if (link && (!best || isBetter(link, best))) best = link;
  }
  return best;
}

/**
 * Finds the v1 of a v2 that was rewritten and renamed, so that only its number points to a v1: the author's set that changes the same
 * files, has no more patches, was sent shortly before, has the number before and no other follower. Null if there are several.
 */
function byNumber(set: PostedSet, candidates: PostedSet[], followers: Map<number, PostedSet[]>): Link | null {
  if (set.revision < 2 || set.part || set.stable !== null) return null;
  const found = candidates.flatMap((earlier) => {
    const isBefore = earlier.revision === set.revision - 1 && !earlier.part && earlier.stable === null;
    if (set.patches.length < earlier.patches.length) return [];
    const isNear = earlier.authorKey === set.authorKey && set.sentAt - earlier.sentAt <= RETITLED;
    if (!isBefore || !isNear || followers.has(earlier.id) || sharedChangeId(set, earlier) !== null) return [];
    const alike = likeness(set, earlier);
    return alike.files >= 0.5 ? [{ to: earlier, kind: 'number' as const, likeness: alike, weight: 1 }] : [];
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Stronger evidence is better; with equal evidence, the later set, which is the nearer version. */
function isBetter(a: Link, b: Link): boolean {
  if (Math.abs(a.weight - b.weight) > 0.001) return a.weight > b.weight;
  return a.to.id > b.to.id;
}

/** Finds the earlier sets that may be versions of a set, by what they have in common. */
class CandidateIndex {
  private readonly byKey = new Map<string, PostedSet[]>();
  private readonly byTitle = new Map<number, PostedSet[]>();
  /** By author and file. */
  private readonly byFile = new Map<number, Map<number, PostedSet[]>>();

  candidates(set: PostedSet): PostedSet[] {
    const found = new Set<PostedSet>();
    for (const key of [...ownKeys(set), ...askedKeys(set)])
      for (const other of this.byKey.get(key)?.slice(-MOST_CANDIDATES) ?? []) found.add(other);
    for (const member of set.members) addRecent(found, this.byTitle.get(member.titleKey) ?? [], set.sentAt - REACH);
    const files = this.byFile.get(set.authorKey);
    if (files) for (const file of filesOf(set)) addRecent(found, files.get(file) ?? [], set.sentAt - FILE_REACH);
    return [...found];
  }

  add(set: PostedSet): void {
    for (const key of ownKeys(set)) addTo(this.byKey, key, set);
    for (const title of new Set(set.members.map((member) => member.titleKey))) addTo(this.byTitle, title, set);
    let files = this.byFile.get(set.authorKey);
    if (!files) {
      files = new Map();
      this.byFile.set(set.authorKey, files);
    }
    for (const file of filesOf(set)) addTo(files, file, set);
  }
}

/**
 * A set is compared with this many sets for each shared key, the newest ones. Anybody may send ten thousand sets with the same title,
 * and even then the previous version is among the last ones.
 */
const MOST_CANDIDATES = 100;

/** Adds the sets sent since `from`, which are at the end, because `sets` is in order of time. */
function addRecent(found: Set<PostedSet>, sets: PostedSet[], from: number): void {
  for (let i = sets.length - 1; i >= Math.max(0, sets.length - MOST_CANDIDATES); i--) {
    const set = sets[i] as PostedSet;
    if (set.sentAt < from) return;
    found.add(set);
  }
}

function filesOf(set: PostedSet): Set<number> {
  return new Set(set.patches.flatMap((member) => member.files));
}

/** Change ids and message ids, which join versions however far apart they are. Titles do so only within REACH (see judge). */
function ownKeys(set: PostedSet): Set<string> {
  const keys = new Set<string>();
  for (const member of set.members) {
    keys.add(`m${member.msgid}`);
    if (member.changeId) keys.add(`c${member.changeId}`);
  }
  return keys;
}

/** Keys that a set refers to: mails that it answers or links. */
function askedKeys(set: PostedSet): Set<string> {
  const keys = new Set(set.earlier.map((id) => `m${id}`));
  for (const member of set.members) for (const id of member.refs) keys.add(`m${id}`);
  return keys;
}
