import { type LinkKind, MARK, type PatchFact } from '#patch/kinds';
import { type Likeness, likeness, UNTITLED } from './alike';
import { AGAIN, type PostedSet } from './sets';

/** Unless the author links them, versions are searched within this many seconds: a year and a half. */
export const REACH = 548 * 86400;
/** A repeated version number within this time belongs to the same work; later, it is a new work. */
const REPOST = 120 * 86400;
/** The same for a repeated version number under another title. */
export const RETITLED = 30 * 86400;

/** A link from a set to an earlier version of the same work. */
export interface Link {
  to: PostedSet;
  kind: LinkKind;
  likeness: Likeness;
  /** A larger weight is better evidence; see `judge`. */
  weight: number;
}

/** The same name, or the same address with another spelling of the name. */
export function isOneAuthor(a: PostedSet, b: PostedSet): boolean {
  return a.authorKey === b.authorKey || (a.addressKey !== 0 && a.addressKey === b.addressKey);
}

/** Whether `later` is a newer version of `earlier`, and why. */
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
  const similar = isSimilar(alike);
  // Different change-ids mean different works, unless b4 was set up again for the next version of the very same patches.
  if (changeId === false && !(sameAuthor && step === 'next' && alike.sameName && isMostly(alike))) return null;
  if (namesEarlier(later, earlier) && isLinkBelieved(alike, sameAuthor, step))
    return link('link', linkWeight(alike, sameAuthor), alike);
  if (
    answers(later, earlier) &&
    (similar || (sameAuthor && step === 'next' && (alike.files > 0 || alike.nameLikeness >= 0.5)))
  ) {
    if (sameAuthor || step === 'next') return link('reply', 4, alike);
  }
  return sameAuthor ? bySameAuthor(later, earlier, alike, step, link) : byAnother(later, earlier, alike, step, link);
}

type Maker = (kind: LinkKind, weight: number, alike: Likeness) => Link;
type Step = 'next' | 'same' | 'restart' | 'back';

/** The step between two version numbers. PATCH v1 after RFC v3 is a restart. */
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
    // PATCH without a number may also follow RFC PATCH.
    const isNext = gap < REPOST && later.revision - earlier.revision === (isFirm(later, earlier) ? 0 : 1);
    if (alike.sameName && (alike.pairs > 0 || alike.smaller === 0)) return link('title', 3.5 + nearness, alike);
    if (alike.titled >= Math.max(1, alike.smaller * 0.5)) return link('title', 3.3 + nearness, alike);
    if (nearly) return link('content', 3, alike);
    if (later.revision > 1 && alike.titled + alike.alike > 0 && alike.nameLikeness >= 0.6)
      return link('title', 2.8, alike);
    if (later.revision > 1 && alike.grown) return link('title', 2.7, alike);
    if (later.cover && alike.sameName && alike.files >= 0.5) return link('title', 2.6, alike);
    // A rewritten work: the very next number, soon, under the same title, or in the same files under a similar title.
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

/** Whether the earlier set is an RFC and the later one is not, with the same number. */
function isFirm(later: PostedSet, earlier: PostedSet): boolean {
  return (earlier.marks & MARK.rfc) > (later.marks & MARK.rfc) && later.revision === earlier.revision;
}

/** Prefers, among several earlier sets, the one with the number before and with most of the patches; 0 to 0.15. */
function nearnessOf(later: PostedSet, earlier: PostedSet, alike: Likeness): number {
  const share = alike.larger ? alike.pairs / alike.larger : 0;
  return (later.revision === earlier.revision + 1 ? 0.05 : 0) + 0.1 * share;
}

/** Whether the author forgot the number or restarted it: the same lines under the same titles, or soon under similar titles. */
function isUnnumbered(alike: Likeness, gap: number, patches: number): boolean {
  if (!isMostly(alike) || alike.alike < patches * 0.5 || gap > REPOST) return false;
  return alike.sameName || (gap <= RETITLED && alike.larger === 1 && alike.nameLikeness >= 0.5);
}

/** The number of patches in the larger set, in the archive or not. */
function posted(a: PostedSet, b: PostedSet): number {
  return Math.max(a.total ?? 1, b.total ?? 1, 1);
}

/** A link to an earlier version is trusted if the works have anything in common and the numbers do not contradict it. */
function isLinkBelieved(alike: Likeness, sameAuthor: boolean, step: Step): boolean {
  if (sameAuthor) return isSimilar(alike) || (step !== 'back' && (alike.files > 0 || alike.nameLikeness >= 0.5));
  return alike.pairs >= alike.larger * 0.5 && isSimilar(alike);
}

/** A link to a work that shares little is often to the base of this one, so a set with the same title weighs more. */
function linkWeight(alike: Likeness, sameAuthor: boolean): number {
  if (!sameAuthor) return 3.4;
  return alike.sameName || alike.pairs >= alike.smaller * 0.5 ? 5 : 3.1;
}

/**
 * The next version from another author: most of the patches are the same and the number is higher; or it is the very next number under
 * a title with the same words, but not 2, which may be anybody's second try. A series without a number may be a maintainer's queue.
 */
function byAnother(later: PostedSet, earlier: PostedSet, alike: Likeness, step: Step, link: Maker): Link | null {
  if (later.sentAt - earlier.sentAt > REACH || later.stable !== null || alike.pairs === 0) return null;
  const isNumbered = step === 'next' && later.revision > 1;
  const most = alike.pairs >= alike.larger * 0.5 && Math.min(alike.alike, alike.titled) >= alike.smaller * 0.5;
  if (isNumbered && most && alike.sameName) return link('title', 1.5, alike);
  const isVeryNext = isNumbered && later.revision > 2 && later.revision === earlier.revision + 1;
  return isVeryNext && alike.nameLikeness >= 0.8 && alike.files >= 0.5 ? link('title', 1.4, alike) : null;
}

/** Whether a patch of one is a version of a patch of the other. */
function isSimilar(alike: Likeness): boolean {
  return alike.pairs > 0 || alike.sameName;
}

/** Whether most patches of the smaller set change the same lines as patches of the larger one. */
export function isMostly(alike: Likeness): boolean {
  return alike.smaller > 0 && alike.alike >= alike.smaller * 0.5 && alike.alike >= alike.larger * 0.2;
}

/** True if they share one, false if both have some but share none, null if either has none. */
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

/** Whether the set's first mail answers a mail of the earlier set. */
function answers(later: PostedSet, earlier: PostedSet): boolean {
  const first = later.cover ?? earliest(later);
  return first.refs.length > 0 && earlier.members.some((member) => first.refs.includes(member.msgid));
}

function earliest(set: PostedSet): PatchFact {
  return set.members.reduce((first, member) => (member.id < first.id ? member : first));
}

/** A single `[PATCH v5 13/18]` a few days after a v5 with 18 patches: a part that was lost, or is sent to more people. */
function isSentAgain(later: PostedSet, earlier: PostedSet, sameAuthor: boolean): boolean {
  if (!sameAuthor || later.cover || later.total !== earlier.total || (earlier.total ?? 1) < 2) return false;
  if (later.revision !== earlier.revision || later.part !== earlier.part) return false;
  if (later.sentAt - earlier.sentAt > AGAIN || later.patches.length >= earlier.patches.length) return false;
  return later.patches.every(({ position, titleKey }) =>
    earlier.patches.some((old) => old.position === position && old.titleKey === titleKey && titleKey !== UNTITLED),
  );
}

/** A patch that was sent twice unchanged with the same number: to more people, or below another mail. */
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
