import { type LinkKind, MARK, type PatchFact } from '#patch/kinds';
import { type Likeness, likeness, UNTITLED } from './alike';
import { AGAIN, type PostedSet } from './sets';

/** Without words of the author that join them, versions are looked for within so many seconds: a year and a half. */
export const REACH = 548 * 86400;
/** A repeated posting of one version number is believed to be one work for so long: beyond, it is a new one. */
const REPOST = 120 * 86400;
/** A repeated posting under another title and the same version number: for so long. */
export const RETITLED = 30 * 86400;

/** A set is a version of the work that an earlier one is. */
export interface Link {
  to: PostedSet;
  kind: LinkKind;
  likeness: Likeness;
  /** Larger is better; see `judge`. */
  weight: number;
}

/** One name, or one address under another spelling of it. */
export function isOneAuthor(a: PostedSet, b: PostedSet): boolean {
  return a.authorKey === b.authorKey || (a.addressKey !== 0 && a.addressKey === b.addressKey);
}

/** Whether `later` is a version of the work that `earlier` is, and what says so. */
export function judge(later: PostedSet, earlier: PostedSet): Link | null {
  if (later.stable !== earlier.stable) return null;
  const changeId = sharedChangeId(later, earlier);
  const link = (kind: LinkKind, weight: number, alike = likeness(later, earlier)): Link => ({
    to: earlier,
    kind,
    likeness: alike,
    weight,
  });
  if (changeId) return link('change-id', 6);
  const sameAuthor = isOneAuthor(later, earlier);
  if (!sameAuthor && later.stable !== null) return null;
  const alike = likeness(later, earlier);
  if (isReplacement(later, earlier, sameAuthor)) return link('replacement', 5.5, alike);
  if (isSentAgain(later, earlier, sameAuthor)) return link('resend', 5.4, alike);
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
  if (later.revision === earlier.revision) return isFirm(later, earlier) ? 'next' : 'same';
  return (earlier.marks & MARK.rfc) > (later.marks & MARK.rfc) && later.revision === 1 ? 'restart' : 'back';
}

function bySameAuthor(later: PostedSet, earlier: PostedSet, alike: Likeness, step: Step, link: Maker): Link | null {
  const gap = later.sentAt - earlier.sentAt;
  if (gap > REACH) return null;
  const nearly = isMostly(alike);
  if (step === 'restart' && !alike.sameName && alike.pairs < alike.larger * 0.4) return null;
  if (step === 'next' || step === 'restart') {
    const nearness = nearnessOf(later, earlier, alike);
    // RFC PATCH is followed by PATCH without a number, too.
    const isNext = gap < REPOST && later.revision - earlier.revision === (isFirm(later, earlier) ? 0 : 1);
    if (alike.sameName && (alike.pairs > 0 || alike.smaller === 0)) return link('title', 3.5 + nearness, alike);
    if (alike.titled >= Math.max(1, alike.smaller * 0.5)) return link('title', 3.3 + nearness, alike);
    if (nearly) return link('content', 3, alike);
    if (later.revision > 1 && alike.titled + alike.alike > 0 && alike.nameLikeness >= 0.6)
      return link('title', 2.8, alike);
    if (later.revision > 1 && alike.grown) return link('title', 2.7, alike);
    if (later.cover && alike.sameName && alike.files >= 0.5) return link('title', 2.6, alike);
    // A work written anew: the very next number, soon, under the same title, or in the same files under nearly the same.
    if (isNext && alike.sameName) return link('title', 2.5, alike);
    if (isNext && alike.larger === 1 && alike.files > 0 && alike.nameLikeness >= 0.5) return link('title', 2.4, alike);
    if (isNext && later.cover && alike.files >= 0.5 && alike.nameLikeness >= 0.6) return link('title', 2.4, alike);
    if (isNext && alike.pairs > 0 && alike.files >= 0.5 && alike.nameLikeness >= 0.5) return link('title', 2.3, alike);
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

/** A request for comments, and the work itself. */
function isFirm(later: PostedSet, earlier: PostedSet): boolean {
  return (earlier.marks & MARK.rfc) > (later.marks & MARK.rfc) && later.revision === earlier.revision;
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

/**
 * Someone else sends the next version: most of the patches are the same and the number says next; or it is the very next, not 2,
 * which anybody's second try may be, under a title of the same words. A series without a number may be a maintainer's queue.
 */
function byAnother(later: PostedSet, earlier: PostedSet, alike: Likeness, step: Step, link: Maker): Link | null {
  if (later.sentAt - earlier.sentAt > REACH || later.stable !== null || alike.pairs === 0) return null;
  const isNumbered = step === 'next' && later.revision > 1;
  const most = alike.pairs >= alike.larger * 0.5 && Math.min(alike.alike, alike.titled) >= alike.smaller * 0.5;
  if (isNumbered && most && alike.sameName) return link('title', 1.5, alike);
  const isVeryNext = isNumbered && later.revision > 2 && later.revision === earlier.revision + 1;
  return isVeryNext && alike.nameLikeness >= 0.8 && alike.files >= 0.5 ? link('title', 1.4, alike) : null;
}

/** Some patch of the one is a version of a patch of the other. */
function isKin(alike: Likeness): boolean {
  return alike.pairs > 0 || alike.sameName;
}

/** Most patches of the smaller set change the same lines in the larger. */
export function isMostly(alike: Likeness): boolean {
  return alike.smaller > 0 && alike.alike >= alike.smaller * 0.5 && alike.alike >= alike.larger * 0.2;
}

/** True: they share one. False: each has one, and none is shared. Null: not told. */
export function sharedChangeId(a: PostedSet, b: PostedSet): boolean | null {
  if (a.changeIds.length === 0 || b.changeIds.length === 0) return null;
  return a.changeIds.some((id) => b.changeIds.includes(id));
}

export function namesEarlier(later: PostedSet, earlier: PostedSet): boolean {
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

/** `[PATCH v5 13/18]` for itself, of a v5 of 18 patches that was sent a few days before: part of it was lost, or is shown to more people. */
function isSentAgain(later: PostedSet, earlier: PostedSet, sameAuthor: boolean): boolean {
  if (!sameAuthor || later.cover || later.total !== earlier.total || (earlier.total ?? 1) < 2) return false;
  if (later.revision !== earlier.revision || later.part !== earlier.part) return false;
  if (later.sentAt - earlier.sentAt > AGAIN || later.patches.length >= earlier.patches.length) return false;
  return later.patches.every(({ position, titleKey }) =>
    earlier.patches.some((old) => old.position === position && old.titleKey === titleKey && titleKey !== UNTITLED),
  );
}

/** One patch of one number, sent twice as it was: to more people, or below another mail. */
export function isTwice(later: PostedSet, earlier: PostedSet): boolean {
  const [one, two] = [later.patches[0], earlier.patches[0]];
  if (!one || !two || later.patches.length + earlier.patches.length > 2) return false;
  if (later.revision !== earlier.revision || later.sentAt - earlier.sentAt > AGAIN) return false;
  return one.patchId !== null && one.patchId === two.patchId && one.titleKey === two.titleKey;
}

/** `[PATCH v5.1 10/12]` in reply to `[PATCH v5 10/12]`: part of a set, sent again. */
function isReplacement(later: PostedSet, earlier: PostedSet, sameAuthor: boolean): boolean {
  if (!sameAuthor || later.cover || later.total !== earlier.total || (earlier.total ?? 1) < 2) return false;
  if (later.members.length * 2 > earlier.members.length || later.revision < earlier.revision) return false;
  return later.members.every((member) => {
    const old = earlier.members.find((candidate) => candidate.position === member.position);
    if (old === undefined) return false;
    const isPart = later.part !== '' && later.revision === earlier.revision;
    if (old.titleKey === member.titleKey && isPart) return true;
    return (
      (member.refs.includes(old.msgid) || (isPart && isAnswer(member, earlier))) &&
      (old.titleKey === member.titleKey || later.part !== '')
    );
  });
}
