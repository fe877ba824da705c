import { groupBy } from '#mail/groups';
import { timeOf } from '#mail/ids';
import { CLAIM, type LinkKind, PATCH_KIND } from '#patch/kinds';
import { parseSubject } from '#patch/subject';
import { isEndorsement, isSamePerson } from '#patch/trailer';
import type { Snapshot } from '../open';

export interface TrailerLine {
  key: string;
  name: string;
  address: string;
  value: string | null;
  /** The mail with the trailer: the patch itself, or a reply. */
  msgid: string;
  message_id: number;
  /** Whether it was given to the whole series, in reply to the cover letter. */
  forAll: boolean;
  /** The sender of that mail. */
  sender: string;
  sender_address: string;
  /** Evidence that the person named gave it: their own mail, or only the patch's or another person's word. */
  said: 'own' | 'patch' | 'other';
}

/** What happened to a patch according to the evidence. Kinds and sources are CLAIM and CLAIM_SOURCE in patch/kinds.ts. */
export interface OutcomeLine {
  patch_id: number;
  kind: number;
  source: number;
  how: string;
  oid: string;
  tree: string | null;
  /** 0: a commit in a repository given with --commits. */
  evidence_id: number;
  /** 1: the statement of somebody who is not known to be able to do it. */
  doubted: number;
  /** The mail with the statement; null for a commit. */
  msgid: string | null;
  author: string | null;
  address: string | null;
  line: number;
}

export interface PatchLine {
  id: number;
  msgid: string;
  title: string;
  titleKey: number;
  position: number | null;
  isCover: boolean;
  patchId: string | null;
  added: number;
  removed: number;
  files: string[];
  author: string;
  address: string;
  /** Other people's mails about it. */
  replies: number;
  trailers: TrailerLine[];
  outcomes: OutcomeLine[];
  /** Reviews that the previous version had and this one lacks. */
  lost: TrailerLine[];
}

export interface RevisionDetail {
  id: number;
  number: number;
  part: string;
  isResend: boolean;
  total: number | null;
  prefixes: string[];
  baseCommit: string | null;
  /** The revision that this one follows; below, how that is known, and how similar the changes are (0 to 1). */
  previous: number | null;
  link: LinkKind | null;
  likeness: number | null;
  sentAt: number;
  patches: PatchLine[];
}

type RevisionRow = Pick<RevisionDetail, 'id' | 'number' | 'part' | 'total' | 'previous' | 'link' | 'likeness'> & {
  resend: number;
};

/** The versions of a series, oldest first, with the trailers and outcomes of each patch; markLost fills `lost`. */
export async function revisionsOf(db: Snapshot, series: number): Promise<RevisionDetail[]> {
  const rows = await db.all<RevisionRow>(
    `SELECT id, number, coalesce(part, '') AS part, resend, total, previous, link, likeness FROM revision WHERE series_id = ? ORDER BY id`,
    [series],
  );
  const patches = await patchesOf(db, series);
  return rows.map(({ resend, ...row }) => {
    const own = patches.filter((patch) => patch.revision === row.id);
    return {
      ...row,
      isResend: resend === 1,
      prefixes: parseSubject(own[0]?.subject ?? '').prefixes,
      baseCommit: own.find((patch) => patch.baseCommit)?.baseCommit ?? null,
      sentAt: timeOf(row.id),
      patches: own.map(({ revision: _r, subject: _s, baseCommit: _b, ...patch }) => patch),
    };
  });
}

type PatchOfRevision = PatchLine & { revision: number; subject: string; baseCommit: string | null };
type PatchRow = Omit<PatchOfRevision, 'title' | 'isCover' | 'files' | 'trailers' | 'outcomes' | 'lost'> & {
  cover: number;
  files: string | null;
};

async function patchesOf(db: Snapshot, series: number): Promise<PatchOfRevision[]> {
  const rows = await db.all<PatchRow>(
    `SELECT m.id, m.msgid, m.subject, r.id AS revision, p.title_key AS titleKey, p.position, coalesce(p.message_id = r.cover_id, 0) OR p.kind = ${PATCH_KIND.cover} AS cover, p.patch_id AS patchId,
       p.added, p.removed, p.files, p.base_commit AS baseCommit, i.name AS author, i.address,
       (SELECT count(*) FROM patch_reply y JOIN message ym ON ym.id = y.message_id WHERE y.patch_id = m.id AND ym.author_id <> m.author_id) AS replies
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id JOIN identity i ON i.id = m.author_id
     WHERE r.series_id = ? ORDER BY r.id, cover DESC, p.position, m.id`,
    [series],
  );
  const trailers = await trailersOf(db, series);
  const outcomes = await outcomesOf(db, series);
  return rows.map((row) => patchLine(row, rows, trailers, outcomes));
}

function patchLine(
  row: PatchRow,
  rows: PatchRow[],
  trailers: Map<number, TrailerLine[]>,
  outcomes: Map<number, OutcomeLine[]>,
): PatchOfRevision {
  const covers = row.cover === 1 ? [] : rows.filter((other) => other.revision === row.revision && other.cover === 1);
  const forAll = covers.flatMap(({ id }) =>
    (trailers.get(id) ?? []).filter((one) => one.message_id !== id && isEndorsement(one.key)),
  );
  const { cover, files, ...rest } = row;
  return {
    ...rest,
    title: parseSubject(row.subject).title || row.subject,
    isCover: cover === 1,
    files: files ? files.split('\n') : [],
    trailers: [...(trailers.get(row.id) ?? []), ...forAll.map((one) => ({ ...one, forAll: true }))],
    outcomes: outcomes.get(row.id) ?? [],
    lost: [],
  };
}

/** Trailers by patch: those in the patch's mail, and those given in replies to it. */
async function trailersOf(db: Snapshot, series: number): Promise<Map<number, TrailerLine[]>> {
  const rows = await db.all<Omit<TrailerLine, 'forAll' | 'said'> & { patch: number }>(
    `SELECT p.message_id AS patch, t.key, t.name, t.address, t.value, m.msgid, m.id AS message_id, i.name AS sender, i.address AS sender_address
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN trailer t ON t.message_id = p.message_id JOIN message m ON m.id = t.message_id
     JOIN identity i ON i.id = m.author_id WHERE r.series_id = ?1
     UNION ALL SELECT p.message_id, t.key, t.name, t.address, t.value, m.msgid, m.id, i.name, i.address
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN patch_reply y ON y.patch_id = p.message_id
     JOIN trailer t ON t.message_id = y.message_id JOIN message m ON m.id = t.message_id JOIN identity i ON i.id = m.author_id
     WHERE r.series_id = ?1`,
    [series],
  );
  const isOwn = (row: (typeof rows)[number]) => isSamePerson(row, { name: row.sender, address: row.sender_address });
  const given = new Set(rows.filter(isOwn).flatMap((row) => [`${row.key} ${row.address}`, `${row.key} ${row.name}`]));
  return groupBy(
    rows.map((row) => ({ ...row, forAll: false, said: saidBy(row, isOwn(row), given) })),
    (row) => row.patch,
  );
}

/** `given`: the trailers that people gave in their own mails. */
function saidBy(
  {
    key,
    name,
    address,
    message_id,
    patch,
  }: { key: string; name: string; address: string; message_id: number; patch: number },
  isOwn: boolean,
  given: ReadonlySet<string>,
): TrailerLine['said'] {
  if (isOwn || (address !== '' && given.has(`${key} ${address}`)) || (name !== '' && given.has(`${key} ${name}`)))
    return 'own';
  return message_id === patch ? 'patch' : 'other';
}

async function outcomesOf(db: Snapshot, series: number): Promise<Map<number, OutcomeLine[]>> {
  const rows = await db.all<OutcomeLine>(
    `SELECT o.patch_id, o.kind, o.source, o.how, o.oid, o.tree, o.evidence_id, o.line, o.doubted, m.msgid, i.name AS author, i.address
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN outcome o ON o.patch_id = p.message_id
     LEFT JOIN message m ON m.id = o.evidence_id LEFT JOIN identity i ON i.id = m.author_id
     WHERE r.series_id = ? AND o.kind NOT IN (${CLAIM.content}, ${CLAIM.gaveIn}) ORDER BY o.evidence_id`,
    [series],
  );
  return groupBy(rows, (row) => row.patch_id);
}
