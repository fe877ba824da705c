import { MARK, PATCH_KIND, type PatchFact } from '#patch/kinds';

/** Mails that were posted together: one revision of a series in the making. */
export interface PostedSet {
  /** Smallest message id: the set's name. */
  id: number;
  /** The cover letter first, then by position, then by time. */
  members: PatchFact[];
  cover: PatchFact | null;
  /** The members without the cover letter. */
  patches: PatchFact[];
  changeIds: string[];
  /** Ids that its mails name as their earlier versions. */
  earlier: string[];
  revision: number;
  part: string;
  total: number | null;
  authorKey: number;
  stable: string | null;
  marks: number;
  sentAt: number;
}

/** Mails of one set that no reference joins are sent within so many seconds of one another. */
const BURST = 3 * 3600;

/**
 * Groups patch mails into posted sets. A mail joins the set of the mail it answers to (or shares a lost parent with),
 * else the set whose Message-IDs one program made, else the author's open set of the same version and total within BURST;
 * never a set in which its position is taken. Depends on earlier mails only, so batches do not matter.
 */
export function postedSets(facts: PatchFact[]): PostedSet[] {
  const sorted = facts.filter((fact) => isSeriesMail(fact)).sort((a, b) => a.id - b.id);
  const index = new SetIndex();
  const sets: Draft[] = [];
  for (const fact of sorted) {
    let draft = index.find(fact);
    if (!draft) {
      draft = { members: [], taken: new Set(), lastAt: 0, head: fact };
      sets.push(draft);
    }
    draft.members.push(fact);
    draft.lastAt = fact.sentAt;
    if (fact.position !== null) draft.taken.add(fact.position);
    index.add(fact, draft);
  }
  return sets.map(finished);
}

function isSeriesMail(fact: PatchFact): boolean {
  return fact.kind === PATCH_KIND.patch || fact.kind === PATCH_KIND.cover || fact.kind === PATCH_KIND.stable;
}

interface Draft {
  members: PatchFact[];
  taken: Set<number>;
  lastAt: number;
  head: PatchFact;
}

/** Finds the set that a mail belongs to, by the keys named above. */
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
      const draft = key && this.byKey.get(key)?.findLast((candidate) => fits(fact, candidate));
      if (draft) return draft;
    }
    const open = this.byKey.get(`a ${fact.authorKey} ${form}`);
    return (
      open?.findLast((draft) => fits(fact, draft) && fact.sentAt - draft.lastAt <= BURST && !isApart(fact, draft)) ??
      null
    );
  }

  add(fact: PatchFact, draft: Draft): void {
    this.byMsgid.set(fact.msgid, draft);
    const form = formKey(fact);
    for (const key of [parentKey(fact, form), stemKey(fact, form), `a ${fact.authorKey} ${form}`]) {
      if (!key) continue;
      const kept = this.byKey.get(key);
      if (!kept) this.byKey.set(key, [draft]);
      else if (kept.at(-1) !== draft) kept.push(draft);
    }
  }
}

/** What all mails of one set have in common. */
function formKey(fact: PatchFact): string {
  return `${fact.revision}${fact.revisionPart} ${fact.total} ${fact.stable ?? ''} ${fact.marks & (MARK.resend | MARK.autosel)}`;
}

/** Siblings under one parent, also where the parent was never seen. */
function parentKey(fact: PatchFact, form: string): string | null {
  const parent = fact.refs.at(-1);
  return parent ? `p ${parent} ${form}` : null;
}

/** git send-email, b4 and quilt number the Message-IDs of one run: `20190708-1-foo@x`, `2023-name-v2-3-abc@x`. */
function stemKey(fact: PatchFact, form: string): string | null {
  const stem = fact.msgid.replace(/-\d{1,3}-(?=[^@]{0,300}@)|(?<=\.)\d{1,6}(?=[.@])/g, '-');
  return stem === fact.msgid ? null : `s ${stem} ${form}`;
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
 * A direct answer to the cover letter with a number of its series belongs to it, also where only the cover letter says v2,
 * or only one of them says RESEND.
 */
function isUnderCover(fact: PatchFact, draft: Draft, ref: number): boolean {
  const { head } = draft;
  return (
    head.position === 0 &&
    ref === fact.refs.length - 1 &&
    head.msgid === fact.refs[ref] &&
    head.authorKey === fact.authorKey &&
    head.total === fact.total &&
    !draft.taken.has(fact.position as number) &&
    fact.sentAt - head.sentAt < 86400
  );
}

/** Threaded under different roots: two sets that were sent side by side. */
function isApart(fact: PatchFact, draft: Draft): boolean {
  const root = fact.refs[0];
  const last = draft.members.at(-1) as PatchFact;
  return root !== undefined && last.refs[0] !== undefined && root !== last.refs[0] && fact.thread !== draft.head.thread;
}

function finished(draft: Draft): PostedSet {
  const members = [...draft.members].sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || a.id - b.id);
  const cover = members.find((fact) => fact.kind === PATCH_KIND.cover || fact.position === 0) ?? null;
  const head = cover ?? (members[0] as PatchFact);
  return {
    id: (draft.members[0] as PatchFact).id,
    members,
    cover,
    patches: cover ? members.filter((fact) => fact !== cover) : members,
    changeIds: [...new Set(members.flatMap((fact) => (fact.changeId ? [fact.changeId] : [])))],
    earlier: [...new Set(members.flatMap((fact) => fact.earlier))],
    revision: Math.max(head.revision, head === cover ? (members[1]?.revision ?? 1) : 1),
    part: head.revisionPart,
    total: head.total,
    authorKey: head.authorKey,
    stable: head.stable,
    marks: members.reduce((marks, fact) => marks | fact.marks, 0),
    sentAt: (draft.members[0] as PatchFact).sentAt,
  };
}
