import type { Address } from '#mail/types';
import {
  CLAIM,
  CLAIM_SOURCE,
  MARK,
  MERGED,
  type Objection,
  type PatchState,
  type RevisionState,
  TAKEN,
  type Verdict,
  type Word,
} from '#patch/kinds';
import { isMachine } from '#patch/robots';
import { STATE, type StateName } from '#patch/state';
import { parseSubject, titleKey } from '#patch/subject';
import { authorKey } from './facts';

/** The state of a series, decided from the statements about its versions. */
export interface Judged extends Verdict {
  /** The newest version, which decides. */
  newest: RevisionState;
  objections: Objection[];
  /** Mails about the newest version by people other than the author. */
  others: number;
  /** Patches of the newest version that somebody else approves. */
  reviewed: number;
  /** Patches of any version that were taken. */
  taken: number;
  /** Whether an answer is expected; for how long depends on the list's newest mail. */
  isWaiting: boolean;
  /** From whom: the first person to whom the newest version was sent. */
  addressee: string | null;
  /** The author keeps a tree and may have applied the series without a mail. */
  isKeepers: boolean;
  /** Statements by people who cannot do what they say. */
  doubted: { patch: number; evidence: number; kind: number }[];
}

/** Whether somebody keeps a tree, according to their mails (KEEPING in patch/kinds.ts). */
export type Keepers = (key: number) => boolean;

/** Judges a series. `revisions` in order of time. */
export function verdictOf(revisions: RevisionState[], keepers: Keepers): Judged {
  const newest = withLate(newestOf(revisions), revisions);
  const judge = new Judge(newest, keepers);
  const verdict = judge.verdict();
  const author = judge.author;
  const isKeepers = keepers(keyOf(author));
  const addressee = newest.patches.find((patch) => patch.addressee !== null)?.addressee ?? null;
  return {
    ...verdict,
    newest,
    objections: objectionsOf(revisions, newest, keepers),
    others: judge.others,
    reviewed: judge.patches.filter((patch) => judge.isReviewed(patch)).length,
    taken: revisions.reduce((sum, revision) => sum + takenIn(revision, keepers), 0),
    isWaiting:
      verdict.status === STATE.posted &&
      judge.others === 0 &&
      addressee !== null &&
      !isKeepers &&
      !isMachine(author.name, author.address),
    addressee,
    isKeepers,
    doubted: doubtedIn(revisions, keepers),
  };
}

/** The revision posted last, ignoring single patches that were sent again. A single patch with another title is new work. */
function newestOf(revisions: RevisionState[]): RevisionState {
  const complete = revisions.filter(({ part }) => part === null);
  const among = complete.length > 0 ? complete : revisions;
  const last = among.at(-1) as RevisionState;
  const number = Math.max(...among.map((revision) => revision.number));
  const whole = among.findLast((revision) => revision.number === number);
  const [single] = last.patches;
  if (!whole || !single || last.number === number || last.patches.length > 1) return last;
  const isAgain = whole.patches.length === 1 || whole.patches.some((patch) => workOf(patch) === workOf(single));
  return isAgain ? whole : last;
}

/**
 * Adds claims about older versions that were made after the newest was posted ("Applied" in an old thread, a copy in a stable tree):
 * they are about the newest version if the titles are equal, or both versions are single patches.
 */
function withLate(newest: RevisionState, revisions: RevisionState[]): RevisionState {
  const posted = Math.max(...newest.patches.map(({ id }) => id));
  const isSingle = (patches: PatchState[]) => patches.length === 1;
  const late = new Map<string, Word[]>();
  for (const { id, patches } of revisions) {
    if (id === newest.id) continue;
    for (const patch of patches) {
      const words = patch.words.filter(({ kind, evidence }) => TAKEN.includes(kind) && evidence > posted);
      const key =
        isSingle(newest.patches) && isSingle(patches) ? workOf(newest.patches[0] as PatchState) : workOf(patch);
      if (words.length > 0) late.set(key, [...(late.get(key) ?? []), ...words]);
    }
  }
  if (late.size === 0) return newest;
  const patches = newest.patches.map((patch) => ({
    ...patch,
    words: [...patch.words, ...(late.get(workOf(patch)) ?? [])],
  }));
  return { ...newest, patches };
}

const workOf = ({ title, isCover }: PatchState) => `${isCover} ${titleKey(parseSubject(title).title)}`;

const keyOf = ({ name, address }: Address) => authorKey(name, address);

/** Whether this is the same person: the same address, or the same name (lists and relays rewrite addresses). */
const isSame = (a: Address, b: Address) => (a.address !== '' && a.address === b.address) || keyOf(a) === keyOf(b);

/** A request; `rank` is how certain it is. */
interface Request {
  patch: PatchState;
  evidence: number;
  line: number;
  by: Address;
  rank: number;
}
const RANK = { meant: 0, said: 1, granted: 2 } as const;

/** Whether an endorsement was sent by the person named, or is in the author's mail. Nobody else can give it for them. */
const isGiven = ({ by, sender }: PatchState['endorsements'][number], author: Address) =>
  isSame(by, sender) || isSame(sender, author);

type Fate = 'merged' | 'applied' | 'reverted' | 'dropped' | 'none';

/** Judges a version. */
class Judge {
  readonly patches: PatchState[];
  readonly author: Address;

  constructor(
    readonly revision: RevisionState,
    private readonly keepers: Keepers,
  ) {
    const patches = revision.patches.filter((patch) => !patch.isCover);
    this.patches = patches.length > 0 ? patches : revision.patches;
    this.author = (revision.patches[0] as PatchState).author;
  }

  get others(): number {
    return this.revision.patches.reduce((sum, patch) => sum + this.answersOf(patch), 0);
  }

  private answersOf({ answers }: PatchState): number {
    return answers
      .filter(({ by }) => !isSame(by, this.author) && !isMachine(by.name, by.address))
      .reduce((sum, { mails }) => sum + mails, 0);
  }

  verdict(): Verdict {
    if (this.isCopy()) return { status: STATE.copy, proof: null };
    return this.ofFates() ?? this.ofObjections() ?? this.ofTalk();
  }

  private isCopy(): boolean {
    const [head] = this.revision.patches;
    return (head?.stable ?? null) !== null || this.patches.every(({ marks }) => (marks & MARK.copy) !== 0);
  }

  // --- taken, and removed again ----------------------------------------------------------------------------------

  private ofFates(): Verdict | null {
    const fates = this.patches.map((patch) => this.fateOf(patch));
    const is = (...wanted: Fate[]) => fates.filter(({ fate }) => wanted.includes(fate)).length;
    const all = fates.length;
    const taken = is('merged', 'applied');
    const found = (status: StateName, ...wanted: Fate[]): Verdict => ({
      status,
      proof: lastOf(fates.filter(({ fate }) => wanted.includes(fate)).map(({ word }) => word)),
    });
    if (taken === all && taken > 0 && !this.isWhole()) return found(STATE.partlyApplied, 'applied', 'merged');
    if (is('merged') === all) return found(STATE.merged, 'merged');
    if (taken === all) return found(STATE.applied, 'applied');
    if (taken > 0) return found(STATE.partlyApplied, 'applied', 'merged');
    if (is('reverted') > 0 && is('reverted', 'dropped') === all) return found(STATE.reverted, 'reverted');
    if (is('dropped') === all) return found(STATE.dropped, 'dropped');
    return null;
  }

  /** Whether the archive has all patches, or an answer to the cover letter took the whole series; else nothing is known about the rest. */
  private isWhole(): boolean {
    const total = parseSubject((this.patches[0] as PatchState).title).total ?? 0;
    if (this.patches.length >= total) return true;
    return this.revision.patches.some((patch) => patch.isCover && this.fateOf(patch).fate !== 'none');
  }

  /** The last statement decides: a patch may be taken, dropped and taken again. */
  private fateOf(patch: PatchState): { fate: Fate; word: Word | null } {
    let fate: Fate = 'none';
    let word: Word | null = null;
    let keepers: Address[] = [];
    for (const one of patch.words.toSorted(byTime)) {
      if (TAKEN.includes(one.kind) && this.isTaking(one, patch)) {
        if (MERGED.includes(one.kind)) fate = 'merged';
        else if (fate !== 'merged') fate = 'applied';
        else continue;
        word = one;
        if (one.by) keepers.push(one.by);
      } else if (one.kind === CLAIM.reverted && isReverting(one, fate, patch)) {
        [fate, word, keepers] = ['reverted', one, []];
      } else if (this.isDropping(one, keepers)) {
        if (fate !== 'applied') continue;
        [fate, word, keepers] = ['dropped', one, []];
      }
    }
    return { fate, word };
  }

  /** Whether a statement that a patch was taken counts: from robots, commits and other people; from the author only if they keep a tree. */
  isTaking({ source, by }: Word, patch: PatchState): boolean {
    if (by === null) return true;
    const needsProof = source === CLAIM_SOURCE.report || source === CLAIM_SOURCE.notice;
    const isOwn = isSame(by, patch.author) || isSame(by, this.author);
    return !(needsProof || (isOwn && source === CLAIM_SOURCE.words)) || this.keepers(keyOf(by));
  }

  private isDropping({ kind, by, source }: Word, keepers: Address[]): boolean {
    if (kind === CLAIM.mmDropped) return source === CLAIM_SOURCE.mm;
    const isFirstPerson = kind === CLAIM.dropped || (kind === CLAIM.withdrawn && source === CLAIM_SOURCE.report);
    return isFirstPerson && by !== null && keepers.some((keeper) => isSame(keeper, by));
  }

  // --- refused, withdrawn, changes requested ------------------------------------------------------------------------

  private ofObjections(): Verdict | null {
    const withdrawn = this.wholly((word, patch) => word.kind === CLAIM.withdrawn && this.isAuthors(word, patch));
    if (withdrawn) return { status: STATE.withdrawn, proof: withdrawn };
    const isNo = (word: Word) => word.kind === CLAIM.rejected && word.by !== null;
    const isBare = ({ source }: Word) => source !== CLAIM_SOURCE.report;
    const own = this.wholly((word, patch) => isNo(word) && isBare(word) && this.isAuthors(word, patch));
    if (own) return { status: STATE.withdrawn, proof: own };
    const refused = this.wholly(
      (word, patch) => isNo(word) && !this.isAuthors(word, patch) && !this.isTakenBack({ ...word, patch }),
    );
    if (refused) return { status: STATE.refused, proof: refused };
    const proof = lastOf(this.requests().filter((one) => !this.isTakenBack(one)));
    return proof ? { status: STATE.changesRequested, proof } : null;
  }

  private isAuthors(word: Word, patch: PatchState): boolean {
    return word.by !== null && (isSame(word.by, patch.author) || isSame(word.by, this.author));
  }

  /** The last such statement, if every patch or the cover letter has one. */
  private wholly(test: (word: Word, patch: PatchState) => boolean): { id: number; line: number } | null {
    const of = (patch: PatchState) => patch.words.filter((word) => test(word, patch));
    const cover = this.revision.patches.filter(({ isCover }) => isCover).flatMap(of);
    const found = this.patches.map(of);
    if (cover.length === 0 && found.some((words) => words.length === 0)) return null;
    return lastOf([...cover, ...found.flat()]);
  }

  /** Other people's requests, in their words or shown by the author's promise, and their refusals of single patches. */
  requests(): Request[] {
    return this.revision.patches.flatMap((patch) =>
      patch.words.flatMap((word) => {
        if (!word.by) return [];
        const request = (evidence: number, line: number, by: Address, rank: number) => [
          { patch, evidence, line, by, rank },
        ];
        if (word.kind === CLAIM.gaveIn && word.source === CLAIM_SOURCE.words && word.asked) {
          const { asked } = word;
          const isAnswer =
            this.isAuthors(word, patch) && !this.isOwn(asked.by, patch) && !isMachine(asked.by.name, asked.by.address);
          return isAnswer ? request(asked.id, asked.line, asked.by, RANK.granted) : [];
        }
        if ((word.kind !== CLAIM.changesRequested && word.kind !== CLAIM.rejected) || this.isOwn(word.by, patch))
          return [];
        return request(
          word.evidence,
          word.line,
          word.by,
          word.source === CLAIM_SOURCE.report && word.kind !== CLAIM.rejected ? RANK.meant : RANK.said,
        );
      }),
    );
  }

  private isOwn(by: Address, patch: PatchState): boolean {
    return isSame(by, patch.author) || isSame(by, this.author);
  }

  /** Whether the same person approves the patch (or the whole version) in that mail or later, or says that it is good now. */
  isTakenBack({ patch, evidence, by }: { patch: PatchState; evidence: number; by: Address | null }): boolean {
    if (!by) return false;
    const wide = this.revision.patches.filter((one) => one === patch || one.isCover || patch.isCover);
    return wide.some(
      ({ id, endorsements, words }) =>
        endorsements.some(
          (one) =>
            one.evidence !== id &&
            one.evidence >= evidence &&
            isSame(one.by, by) &&
            isSame(one.sender, by) &&
            one.isReview,
        ) ||
        words.some((word) => word.kind === CLAIM.content && word.by && word.evidence > evidence && isSame(word.by, by)),
    );
  }

  // --- discussion---------------------------------------------------------------------------------------------------

  isReviewed(patch: PatchState): boolean {
    const cover = this.revision.patches.find(({ isCover }) => isCover);
    return [patch, ...(cover ? [cover] : [])].some(({ endorsements, author }) =>
      endorsements.some(
        (one) => one.isReview && isGiven(one, author) && !isSame(one.by, author) && !isSame(one.by, this.author),
      ),
    );
  }

  private ofTalk(): Verdict {
    const isReviewed = this.patches.every((patch) => this.isReviewed(patch));
    if (isReviewed) return { status: STATE.reviewed, proof: null };
    return { status: this.others > 0 ? STATE.underDiscussion : STATE.posted, proof: null };
  }
}

/** Commits come last, because a repository outranks mails. */
const timeOf = ({ evidence }: Word) => (evidence === 0 ? Number.MAX_SAFE_INTEGER : evidence);
/** Within a mail, removal comes before taking: "Dropped v4 and applied v5". */
const byTime = (a: Word, b: Word) => timeOf(a) - timeOf(b) || a.line - b.line || a.kind - b.kind;

/** Whether another patch reverts a taken one: an earlier mail, or the commit that the revert names, shows that it was in a tree. */
function isReverting(word: Word, fate: Fate, patch: PatchState): boolean {
  if (/\bRevert "/.test(patch.title)) return false;
  return word.isRevertTaken && (fate !== 'none' || word.oid !== '');
}

interface Said {
  evidence: number;
  line: number;
  rank?: number;
}

/** The most certain of them, and of these the last. */
function lastOf(words: (Said | null)[]): { id: number; line: number } | null {
  const last = words
    .filter((word): word is Said => word !== null && word.evidence !== 0)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.evidence - b.evidence || a.line - b.line)
    .at(-1);
  return last ? { id: last.evidence, line: last.line } : null;
}

/** All requests and refusals about any version, and whether a newer version or the same person answered them. */
function objectionsOf(revisions: RevisionState[], newest: RevisionState, keepers: Keepers): Objection[] {
  const found = new Map<string, Objection>();
  for (const revision of revisions) {
    const judge = new Judge(revision, keepers);
    for (const request of judge.requests()) {
      const isAnswered = revision.id !== newest.id || judge.isTakenBack(request);
      found.set(`${request.evidence} ${request.line}`, { id: request.evidence, line: request.line, isAnswered });
    }
  }
  return [...found.values()].sort((a, b) => a.id - b.id || a.line - b.line);
}

/** The number of a version's patches that were taken by somebody who can. */
function takenIn(revision: RevisionState, keepers: Keepers): number {
  const judge = new Judge(revision, keepers);
  const isTaken = (patch: PatchState) =>
    patch.words.some((word) => TAKEN.includes(word.kind) && judge.isTaking(word, patch));
  return revision.patches.filter((patch) => !patch.isCover && isTaken(patch)).length;
}

function doubtedIn(revisions: RevisionState[], keepers: Keepers): Judged['doubted'] {
  return revisions.flatMap((revision) => {
    const judge = new Judge(revision, keepers);
    return revision.patches.flatMap((patch) =>
      patch.words
        .filter((word) => TAKEN.includes(word.kind) && !judge.isTaking(word, patch))
        .map(({ evidence, kind }) => ({ patch: patch.id, evidence, kind })),
    );
  });
}
