import { type LinkKind, MARK, type PatchFact, type Revision } from '#patch/kinds';
import { type Likeness, likeness } from './alike';
import { type PostedSet, postedSets } from './sets';

/** Without words of the author that join them, versions are looked for within so many seconds: a year and a half. */
const REACH = 548 * 86400;
/** Nothing but an author and a file in common makes a candidate for so long: half a year. */
const FILE_REACH = 183 * 86400;
/** A repeated posting of one version number is believed to be one work for so long: beyond, it is a new one. */
const REPOST = 120 * 86400;
/** A repeated posting under another title and the same version number: for so long. */
const RETITLED = 30 * 86400;

/**
 * Joins posted sets into series. Each set is given at most one earlier set that it follows, decided from the two alone;
 * series are what these links connect. So the result does not depend on the order or batches in which mails came.
 */
export function linkSeries(facts: PatchFact[]): Revision[] {
  const sets = postedSets(facts).sort((a, b) => a.id - b.id);
  const index = new CandidateIndex();
  const revisions = new Map<number, Revision>();
  const followers = new Map<number, PostedSet[]>();
  for (const set of sets) {
    const candidates = index.candidates(set);
    const link = bestLink(set, candidates) ?? byNumber(set, candidates, followers);
    const before = link && revisions.get(link.to.id);
    const series = before && !isSplit(set, link, followers) ? before.series : set.id;
    if (link) followers.set(link.to.id, [...(followers.get(link.to.id) ?? []), set]);
    revisions.set(set.id, revisionOf(set, series, link, before ?? null));
    index.add(set);
  }
  return [...revisions.values()];
}

interface Link {
  to: PostedSet;
  kind: LinkKind;
  likeness: Likeness;
  /** Larger is better; see `judge`. */
  weight: number;
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
 * Two sets of one version number follow the same set and have nothing in common: the work was split, and the later part
 * is a series of its own (its first revision still names where it came from).
 */
function isSplit(set: PostedSet, link: Link, followers: Map<number, PostedSet[]>): boolean {
  if (link.kind === 'change-id' || link.kind === 'replacement') return false;
  const rivals = (followers.get(link.to.id) ?? []).filter((rival) => rival.revision === set.revision && !rival.part);
  if (set.part || rivals.length === 0) return false;
  return rivals.every((rival) => {
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
 * A v2 whose author rewrote it and gave it another title: nothing but its number says that there is a v1. It is that set of the author's
 * which changes the same files, has no more patches, was sent not long before, has just the number before and no other follower; more than one, and it is none.
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

/** The stronger evidence first; of equals the later set, which is the nearer version. */
function isBetter(a: Link, b: Link): boolean {
  if (Math.abs(a.weight - b.weight) > 0.001) return a.weight > b.weight;
  return a.to.id > b.to.id;
}

/** Whether `later` is a version of the work that `earlier` is, and what says so. */
function judge(later: PostedSet, earlier: PostedSet): Link | null {
  if (later.stable !== earlier.stable) return null;
  const changeId = sharedChangeId(later, earlier);
  const link = (kind: LinkKind, weight: number, alike = likeness(later, earlier)): Link => ({
    to: earlier,
    kind,
    likeness: alike,
    weight,
  });
  if (changeId) return link('change-id', 6);
  const sameAuthor = later.authorKey === earlier.authorKey;
  if (!sameAuthor && later.stable !== null) return null;
  const alike = likeness(later, earlier);
  if (isReplacement(later, earlier, sameAuthor)) return link('replacement', 5.5, alike);
  const step = stepBetween(later, earlier);
  const kin = isKin(alike);
  // Two change-ids are two works, unless b4 was begun anew for the next version of the very same patches.
  if (changeId === false && !(sameAuthor && step === 'next' && alike.sameName && isMostly(alike))) return null;
  if (namesEarlier(later, earlier) && isLinkBelieved(alike, sameAuthor, step))
    return link('link', linkWeight(alike, sameAuthor), alike);
  if (
    answers(later, earlier) &&
    (kin || (sameAuthor && step === 'next' && (alike.files > 0 || alike.nameLikeness >= 0.5)))
  ) {
    if (sameAuthor || step === 'next') return link('reply', 4, alike);
  }
  return sameAuthor ? bySameAuthor(later, earlier, alike, step, link) : byAnother(later, earlier, alike, step, link);
}

type Maker = (kind: LinkKind, weight: number, alike: Likeness) => Link;
type Step = 'next' | 'same' | 'restart' | 'back';

/** How the version numbers go from one set to the other. RFC v3 followed by PATCH v1 is a restart. */
function stepBetween(later: PostedSet, earlier: PostedSet): Step {
  if (later.revision > earlier.revision) return 'next';
  if (later.revision === earlier.revision)
    return (earlier.marks & MARK.rfc) > (later.marks & MARK.rfc) ? 'next' : 'same';
  return (earlier.marks & MARK.rfc) > (later.marks & MARK.rfc) && later.revision === 1 ? 'restart' : 'back';
}

function bySameAuthor(later: PostedSet, earlier: PostedSet, alike: Likeness, step: Step, link: Maker): Link | null {
  const gap = later.sentAt - earlier.sentAt;
  if (gap > REACH) return null;
  const nearly = isMostly(alike);
  if (step === 'restart' && !alike.sameName && alike.pairs < alike.larger * 0.4) return null;
  if (step === 'next' || step === 'restart') {
    const nearness = nearnessOf(later, earlier, alike);
    const isNext = later.revision === earlier.revision + 1 && gap < REPOST;
    if (alike.sameName && (alike.pairs > 0 || alike.smaller === 0)) return link('title', 3.5 + nearness, alike);
    if (alike.titled >= Math.max(1, alike.smaller * 0.5)) return link('title', 3.3 + nearness, alike);
    if (nearly) return link('content', 3, alike);
    if (later.revision > 1 && alike.titled + alike.alike > 0 && alike.nameLikeness >= 0.6)
      return link('title', 2.8, alike);
    if (later.cover && alike.sameName && alike.files >= 0.5) return link('title', 2.6, alike);
    // A work written anew: the very next number, soon, under the same title, or in the same files under nearly the same.
    if (isNext && alike.sameName) return link('title', 2.5, alike);
    if (isNext && alike.larger === 1 && alike.files > 0 && alike.nameLikeness >= 0.5) return link('title', 2.4, alike);
    if (isNext && later.cover && alike.files >= 0.5 && alike.nameLikeness >= 0.6) return link('title', 2.4, alike);
    return null;
  }
  if (step === 'back') return isUnnumbered(alike, gap, posted(later, earlier)) ? link('content', 2, alike) : null;
  const isResend = (later.marks & MARK.resend) !== 0;
  if (isResend && (alike.sameName || nearly) && alike.pairs > 0) return link('resend', 3.6, alike);
  if (gap > REPOST && !(nearly && alike.change > 0.8)) return null;
  if (alike.sameName && alike.pairs > 0 && (alike.change >= 0.3 || alike.titled >= 2)) return link('title', 3.2, alike);
  if (nearly && gap <= RETITLED && alike.pairs > posted(later, earlier) * 0.5) return link('content', 2.5, alike);
  return null;
}

/** Of several earlier sets: the one whose number is next to this one's, and that holds most of its patches; 0 to 0.15. */
function nearnessOf(later: PostedSet, earlier: PostedSet, alike: Likeness): number {
  const share = alike.larger ? alike.pairs / alike.larger : 0;
  return (later.revision === earlier.revision + 1 ? 0.05 : 0) + 0.1 * share;
}

/** Its author forgot the number, or began to count again: the same lines under the same titles, or soon and under nearly the same. */
function isUnnumbered(alike: Likeness, gap: number, patches: number): boolean {
  if (!isMostly(alike) || alike.alike < patches * 0.5 || gap > REPOST) return false;
  return alike.sameName || (gap <= RETITLED && alike.larger === 1 && alike.nameLikeness >= 0.5);
}

/** Patches that the larger set was posted with, seen or not. */
function posted(a: PostedSet, b: PostedSet): number {
  return Math.max(a.total ?? 1, b.total ?? 1, 1);
}

/** A mail that names an earlier one as its version is believed where the works have anything in common, and the number does not speak against it. */
function isLinkBelieved(alike: Likeness, sameAuthor: boolean, step: Step): boolean {
  if (sameAuthor) return isKin(alike) || (step !== 'back' && (alike.files > 0 || alike.nameLikeness >= 0.5));
  return alike.pairs >= alike.larger * 0.5 && isKin(alike);
}

/** A link to a work that shares little is often to what this one builds on: a set of the same title comes first then. */
function linkWeight(alike: Likeness, sameAuthor: boolean): number {
  if (!sameAuthor) return 3.4;
  return alike.sameName || alike.pairs >= alike.smaller * 0.5 ? 5 : 3.1;
}

/** Someone else sends the next version: only where most of the patches are the same, and the number says next. */
function byAnother(later: PostedSet, earlier: PostedSet, alike: Likeness, step: Step, link: Maker): Link | null {
  if (later.sentAt - earlier.sentAt > REACH || later.stable !== null) return null;
  const whole =
    alike.pairs >= alike.larger * 0.5 && alike.alike >= alike.smaller * 0.5 && alike.titled >= alike.smaller * 0.5;
  if (step === 'next' && later.revision > 1 && whole && alike.sameName) return link('title', 1.5, alike);
  return null;
}

/** Some patch of the one is a version of a patch of the other. */
function isKin(alike: Likeness): boolean {
  return alike.pairs > 0 || alike.sameName;
}

/** Most patches of the smaller set change the same lines in the larger. */
function isMostly(alike: Likeness): boolean {
  return alike.smaller > 0 && alike.alike >= alike.smaller * 0.5 && alike.alike >= alike.larger * 0.2;
}

/** True: they share one. False: each has one, and none is shared. Null: not told. */
function sharedChangeId(a: PostedSet, b: PostedSet): boolean | null {
  if (a.changeIds.length === 0 || b.changeIds.length === 0) return null;
  return a.changeIds.some((id) => b.changeIds.includes(id));
}

function namesEarlier(later: PostedSet, earlier: PostedSet): boolean {
  return later.earlier.length > 0 && earlier.members.some((member) => later.earlier.includes(member.msgid));
}

function isAnswer(mail: PatchFact, to: PostedSet): boolean {
  return to.members.some((member) => mail.refs.includes(member.msgid));
}

/** The set's first mail answers to a mail of the earlier set. */
function answers(later: PostedSet, earlier: PostedSet): boolean {
  const first = later.cover ?? earliest(later);
  return first.refs.length > 0 && earlier.members.some((member) => first.refs.includes(member.msgid));
}

function earliest(set: PostedSet): PatchFact {
  return set.members.reduce((first, member) => (member.id < first.id ? member : first));
}

/** `[PATCH v5.1 10/12]` in reply to `[PATCH v5 10/12]`: part of a set, sent again. */
function isReplacement(later: PostedSet, earlier: PostedSet, sameAuthor: boolean): boolean {
  if (!sameAuthor || later.cover || later.total !== earlier.total || (earlier.total ?? 1) < 2) return false;
  if (later.members.length * 2 > earlier.members.length || later.revision < earlier.revision) return false;
  return later.members.every((member) => {
    const old = earlier.members.find((candidate) => candidate.position === member.position);
    return (
      old !== undefined &&
      (member.refs.includes(old.msgid) ||
        (later.part !== '' && later.revision === earlier.revision && isAnswer(member, earlier))) &&
      (old.titleKey === member.titleKey || later.part !== '')
    );
  });
}

/** Finds the earlier sets that may be versions of a set: by what they share. */
class CandidateIndex {
  private readonly byKey = new Map<string, PostedSet[]>();
  private readonly byTitle = new Map<number, PostedSet[]>();
  /** By author and file. */
  private readonly byFile = new Map<number, Map<number, PostedSet[]>>();

  candidates(set: PostedSet): PostedSet[] {
    const found = new Set<PostedSet>();
    for (const key of [...ownKeys(set), ...askedKeys(set)])
      for (const other of this.byKey.get(key) ?? []) found.add(other);
    for (const member of set.members) addRecent(found, this.byTitle.get(member.titleKey) ?? [], set.sentAt - REACH);
    const files = this.byFile.get(set.authorKey);
    if (files) for (const file of filesOf(set)) addRecent(found, files.get(file) ?? [], set.sentAt - FILE_REACH);
    return [...found];
  }

  add(set: PostedSet): void {
    for (const key of ownKeys(set)) push(this.byKey, key, set);
    for (const title of new Set(set.members.map((member) => member.titleKey))) push(this.byTitle, title, set);
    let files = this.byFile.get(set.authorKey);
    if (!files) {
      files = new Map();
      this.byFile.set(set.authorKey, files);
    }
    for (const file of filesOf(set)) push(files, file, set);
  }
}

/** The lists are in order of time: those sent since `from` stand at the end. */
function addRecent(found: Set<PostedSet>, sets: PostedSet[], from: number): void {
  for (let i = sets.length - 1; i >= 0; i--) {
    const set = sets[i] as PostedSet;
    if (set.sentAt < from) return;
    found.add(set);
  }
}

function push<K>(map: Map<K, PostedSet[]>, key: K, set: PostedSet): void {
  const kept = map.get(key);
  if (kept) kept.push(set);
  else map.set(key, [set]);
}

function filesOf(set: PostedSet): Set<number> {
  return new Set(set.patches.flatMap((member) => member.files));
}

/** Change ids and message ids, which join versions however far apart. A title does not (judge): it is looked for within REACH. */
function ownKeys(set: PostedSet): Set<string> {
  const keys = new Set<string>();
  for (const member of set.members) {
    keys.add(`m${member.msgid}`);
    if (member.changeId) keys.add(`c${member.changeId}`);
  }
  return keys;
}

/** What a set names although it does not have it: mails that it answers to or links. */
function askedKeys(set: PostedSet): Set<string> {
  const keys = new Set(set.earlier.map((id) => `m${id}`));
  for (const member of set.members) for (const id of member.refs) keys.add(`m${id}`);
  return keys;
}
