import { groupBy } from '#mail/groups';
import { MARK, PATCH_KIND, type PatchFact } from '#patch/kinds';

/** Mails that were posted together, which become a revision of a series. */
export interface PostedSet {
  /** The smallest message id, which identifies the set. */
  id: number;
  /** The cover letter first, then by position, then by time. */
  members: PatchFact[];
  cover: PatchFact | null;
  /** The members without the cover letter. */
  patches: PatchFact[];
  changeIds: string[];
  /** Ids that its mails name as earlier versions. */
  earlier: string[];
  revision: number;
  part: string;
  total: number | null;
  authorKey: number;
  addressKey: number;
  stable: string | null;
  marks: number;
  sentAt: number;
}

/** Mails without a reference between them belong to a set if they were sent within this time. */
const BURST = 3 * 3600;
/** The longest time between a cover letter and patches that lack one, if their numbers differ. */
const BESIDE = 900;
/** A cover letter or patch that is sent again within this time belongs to the version that it names. */
export const AGAIN = 7 * 86400;

/**
 * Groups patch mails into posted sets. A mail joins the set of the mail that it answers (or with which it shares a missing parent),
 * else the set whose Message-IDs were made in the same run, else the author's open set with the same version and total within BURST;
 * never a set in which its position is taken. Depends only on earlier mails, so batches do not matter.
 */
export function postedSets(facts: PatchFact[]): PostedSet[] {
  const sorted = facts.filter((fact) => isSeriesMail(fact)).sort((a, b) => a.id - b.id);
  const index = new SetIndex();
  const sets: Draft[] = [];
  for (const fact of sorted) {
    let draft = index.find(fact);
    if (!draft) {
      draft = {
        members: [],
        taken: new Set(),
        lastAt: 0,
        head: fact,
        stems: new Set(),
        lastNumber: 1,
        lastPosition: 0,
      };
      sets.push(draft);
    }
    draft.members.push(fact);
    draft.lastAt = fact.sentAt;
    const stem = stemOf(fact);
    if (stem !== null) draft.stems.add(stem);
    draft.lastNumber = Math.max(draft.lastNumber, runNumber(fact) ?? 1);
    draft.lastPosition = Math.max(draft.lastPosition, fact.position ?? 0);
    if (fact.position !== null) draft.taken.add(fact.position);
    index.add(fact, draft);
  }
  return withStrayCovers(sets).map(finished);
}

function isSeriesMail(fact: PatchFact): boolean {
  return fact.kind === PATCH_KIND.patch || fact.kind === PATCH_KIND.cover || fact.kind === PATCH_KIND.stable;
}

/** A mail is compared with this many sets for each shared key; even with thousands in a week, the open sets are among the last. */
const MOST_OPEN = 100;

interface Draft {
  members: PatchFact[];
  taken: Set<number>;
  lastAt: number;
  head: PatchFact;
  /** The stems of the members' Message-IDs, and below, their largest number in a run and their largest position in the series. */
  stems: Set<string>;
  lastNumber: number;
  lastPosition: number;
}

/**
 * A cover letter alone was sent again, or shortly before or after its patches. It belongs to the author's set that has a cover letter with
 * the same title and version, or to a set without a cover letter that has as many patches and was sent at the same time.
 */
function withStrayCovers(drafts: Draft[]): Draft[] {
  const byAuthor = groupBy(
    drafts.filter((draft) => !isBare(draft)),
    ({ head }) => head.authorKey,
  );
  const strays = new Set<Draft>();
  const kept = drafts.filter((draft) => {
    const own = isBare(draft) ? nearest(byAuthor.get(draft.head.authorKey) ?? [], draft.head.id) : [];
    const home = own.find((other) => isAgain(draft.head, other)) ?? own.find((other) => isBeside(draft.head, other));
    if (!home) return true;
    home.members.push(draft.head);
    strays.add(home);
    return false;
  });
  for (const { members } of strays) members.sort((a, b) => a.id - b.id);
  return kept;
}

/** The sets around an id, MOST_OPEN on each side. `sets` is in order. */
function nearest(sets: Draft[], id: number): Draft[] {
  let [low, high] = [0, sets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sets[middle] as Draft).head.id < id) low = middle + 1;
    else high = middle;
  }
  return sets.slice(Math.max(0, low - MOST_OPEN), low + MOST_OPEN);
}

const isBare = ({ members, head }: Draft) => members.length === 1 && head.position === 0 && head.total !== 0;

function isAgain(cover: PatchFact, { members, taken, head }: Draft): boolean {
  const old = taken.has(0) && members.find(({ position }) => position === 0);
  if (!old || Math.abs(cover.sentAt - head.sentAt) > AGAIN || cover.stable !== head.stable) return false;
  const isSameVersion = cover.revision === head.revision && cover.revisionPart === head.revisionPart;
  return isSameVersion && cover.titleKey === old.titleKey && cover.total === old.total;
}

/** Whether a cover letter belongs to patches sent at the same time; patches without a version have that of their cover letter. */
function isBeside(cover: PatchFact, { taken, lastAt, head }: Draft): boolean {
  if (taken.has(0) || cover.total !== head.total || cover.stable !== head.stable) return false;
  const isNumbered = head.revision > 1 || head.revisionPart !== '';
  return Math.abs(cover.sentAt - lastAt) <= BESIDE && (cover.revision === head.revision || !isNumbered);
}

/** Finds the set of a mail, by the keys described above. */
class SetIndex {
  private readonly byMsgid = new Map<string, Draft>();
  private readonly byKey = new Map<string, Draft[]>();

  find(fact: PatchFact): Draft | null {
    if (fact.position === null) return null;
    for (let i = fact.refs.length - 1; i >= 0; i--) {
      const draft = this.byMsgid.get(fact.refs[i] as string);
      if (draft && (fits(fact, draft) || isUnderCover(fact, draft, i))) return draft;
    }
    const form = formKey(fact);
    for (const key of [parentKey(fact, form), stemKey(fact, form)]) {
      const draft = key && this.#newest(key, (candidate) => fits(fact, candidate));
      if (draft) return draft;
    }
    const run = runKey(fact);
    const beside = run && this.#newest(run, (draft) => isHalfNumbered(fact, draft));
    if (beside) return beside;
    return this.#newest(
      `a ${fact.authorKey} ${form}`,
      (draft) =>
        fits(fact, draft) &&
        fact.sentAt - draft.lastAt <= BURST &&
        !isApart(fact, draft) &&
        !isOfAnotherRun(fact, draft),
    );
  }

  /** The newest set with this key that passes the test, among the last MOST_OPEN. */
  #newest(key: string, passes: (draft: Draft) => boolean): Draft | null {
    const all = this.byKey.get(key) ?? [];
    for (let n = all.length - 1; n >= Math.max(0, all.length - MOST_OPEN); n--)
      if (passes(all[n] as Draft)) return all[n] as Draft;
    return null;
  }

  add(fact: PatchFact, draft: Draft): void {
    this.byMsgid.set(fact.msgid, draft);
    const form = formKey(fact);
    for (const key of [parentKey(fact, form), stemKey(fact, form), runKey(fact), `a ${fact.authorKey} ${form}`]) {
      if (!key) continue;
      const kept = this.byKey.get(key);
      if (!kept) this.byKey.set(key, [draft]);
      else if (kept.at(-1) !== draft) kept.push(draft);
    }
  }
}

/** The properties that all mails of a set have in common. */
function formKey(fact: PatchFact): string {
  return `${fact.revision}${fact.revisionPart} ${fact.total} ${fact.stable ?? ''} ${fact.marks & (MARK.resend | MARK.autosel)}`;
}

/** The key of siblings with the same parent, even if the parent is missing. */
function parentKey(fact: PatchFact, form: string): string | null {
  const parent = fact.refs.at(-1);
  return parent ? `p ${parent} ${form}` : null;
}

/** git send-email, b4 and quilt number the Message-IDs of one run: `20190708-1-foo@x`, `2023-name-v2-3-abc@x`. */
function stemKey(fact: PatchFact, form: string): string | null {
  const stem = stemOf(fact);
  return stem === null ? null : `s ${stem} ${form}`;
}

/** The key of a run with the same total, whatever versions its mails have. */
function runKey(fact: PatchFact): string | null {
  const stem = stemOf(fact);
  return stem === null || fact.total === null ? null : `r ${stem} ${fact.total} ${fact.stable ?? ''}`;
}

/** `[PATCH 1/2]` and `[PATCH v2 2/2]` in the same run: a version was forgotten. */
function isHalfNumbered(fact: PatchFact, { head, taken }: Draft): boolean {
  if (taken.has(fact.position as number) || fact.sentAt - head.sentAt > 86400) return false;
  return Math.min(fact.revision, head.revision) === 1 && fact.revisionPart === '' && head.revisionPart === '';
}

/** A Message-ID without the part that differs between the mails of a run; null if there is no such part. */
function stemOf({ msgid }: PatchFact): string | null {
  // `cover.1563358721.git.foo@x` and `<commit>.1563358721.git.foo@x`: format-patch --thread.
  const thread = /^(?:[0-9a-f]{40}|cover)\.(\d{9,11}\.git\.[^@]{1,100}@.*)$/.exec(msgid);
  if (thread) return thread[1] as string;
  const stem = msgid.replace(/-\d{1,3}-(?=[^@]{0,300}@)|(?<=\.)\d{1,6}(?=[.@])/g, '-');
  return stem === msgid ? null : stem;
}

const isOneRun = (a: PatchFact, b: PatchFact) => stemOf(a) !== null && stemOf(a) === stemOf(b);

/**
 * Whether a mail belongs to another run. A run of several mails sends the whole set; a run of one mail may add to another set, if each
 * patch is sent separately or the last one was forgotten.
 */
function isOfAnotherRun(fact: PatchFact, { stems, lastNumber, lastPosition }: Draft): boolean {
  const stem = stemOf(fact);
  if (stem !== null && stems.has(stem)) return false;
  const isLater = lastPosition < (fact.position ?? 0);
  return (runNumber(fact) ?? 1) > 1 || (lastNumber > 1 && !isLater);
}

/** 2 in `20190708062021.4711-2-foo@x`: the mail's number in a run of git send-email. */
function runNumber({ msgid }: PatchFact): number | null {
  const found = /^\d+[.-]\d+-(\d{1,3})-/.exec(msgid)?.[1];
  return found === undefined ? null : Number(found);
}

function fits(fact: PatchFact, draft: Draft): boolean {
  const { head } = draft;
  return (
    head.position !== null &&
    formKey(fact) === formKey(head) &&
    !draft.taken.has(fact.position as number) &&
    fact.sentAt - head.sentAt < 7 * 86400
  );
}

/**
 * A direct answer to the cover letter with a position in its series belongs to it, even if only the cover letter says v2
 * or only one of them says RESEND.
 */
function isUnderCover(fact: PatchFact, draft: Draft, ref: number): boolean {
  const { head } = draft;
  return (
    head.position === 0 &&
    ref === fact.refs.length - 1 &&
    head.msgid === fact.refs[ref] &&
    head.authorKey === fact.authorKey &&
    (head.total === fact.total || (isOneRun(fact, head) && ((fact.marks ^ head.marks) & MARK.rfc) === 0)) &&
    !draft.taken.has(fact.position as number) &&
    fact.sentAt - head.sentAt < 86400
  );
}

/** Whether they are in threads with different roots: two sets that were sent at the same time. */
function isApart(fact: PatchFact, draft: Draft): boolean {
  const root = fact.refs[0];
  const last = draft.members.at(-1) as PatchFact;
  return root !== undefined && last.refs[0] !== undefined && root !== last.refs[0] && fact.thread !== draft.head.thread;
}

/** The largest version that at least half of the patches have. */
function mostNumbered(patches: PatchFact[]): number {
  const counts = new Map<number, number>();
  for (const { revision } of patches) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  return Math.max(1, ...[...counts].flatMap(([revision, count]) => (count * 2 >= patches.length ? [revision] : [])));
}

function finished(draft: Draft): PostedSet {
  const members = [...draft.members].sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || a.id - b.id);
  const cover = members.find((fact) => fact.kind === PATCH_KIND.cover || fact.position === 0) ?? null;
  const head = cover ?? (members[0] as PatchFact);
  const patches = members.filter((fact) => fact.kind !== PATCH_KIND.cover && fact !== cover);
  return {
    id: (draft.members[0] as PatchFact).id,
    members,
    cover,
    patches,
    changeIds: [...new Set(members.flatMap((fact) => (fact.changeId ? [fact.changeId] : [])))],
    earlier: [...new Set(members.flatMap((fact) => fact.earlier))],
    revision: Math.max(head.revision, mostNumbered(patches)),
    part: head.revisionPart,
    // "0/5" over five patches and a late sixth, "1/6".
    total: head.total === null ? null : Math.max(head.total, patches[0]?.total ?? 0),
    authorKey: head.authorKey,
    addressKey: head.addressKey,
    stable: head.stable,
    marks: members.reduce((marks, fact) => marks | fact.marks, 0),
    sentAt: (draft.members[0] as PatchFact).sentAt,
  };
}
