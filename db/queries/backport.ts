import { CLAIM, MARK } from '#patch/kinds';
import type { Snapshot } from '../open';
import { textsOf } from './blocks';
import { agrees, type CommitMail, mailsById, namingMatch } from './commitmail';

/** A patch that fixes a commit, with all its versions and copies. */
export interface LaterFix {
  /** The newest mail with the patch; a copy for a stable tree only if there is no other mail. */
  mail: CommitMail;
  /** The resulting commit, if a mail names it; else null. */
  oid: string | null;
  /** Stable trees that it is for or in, according to mails. A mere proposal for a tree does not count. */
  stable: string[];
}

interface FixRow {
  id: number;
  title: number;
  stable: string | null;
  proposed: number;
  oid: string | null;
}

const FIX_ROWS = `SELECT q.message_id AS id, q.title_key AS title, q.stable, q.marks & ${MARK.autosel} AS proposed,
    coalesce((SELECT max(c.oid) FROM claim c WHERE c.message_id = q.message_id AND c.kind = ${CLAIM.upstream}),
      (SELECT o.oid FROM outcome o WHERE o.patch_id = q.message_id AND o.oid <> '' AND NOT o.doubted AND o.kind <> ${CLAIM.reverted}
       ORDER BY length(o.oid) DESC, o.oid LIMIT 1)) AS oid
  FROM json_each(?) j JOIN patch q ON q.message_id = j.value ORDER BY q.message_id`;

/** The fixes of a commit: the patches among mails with `Fixes:` for it, one for each title. */
export async function laterFixes(db: Snapshot, mails: CommitMail[]): Promise<LaterFix[]> {
  const rows = await db.all<FixRow & Record<string, never>>(FIX_ROWS, [JSON.stringify(mails.map(({ id }) => id))]);
  const byId = new Map(mails.map((mail) => [mail.id, mail]));
  const titles = new Set(rows.map(({ title }) => title));
  const groups = [...titles].map((title) => rows.filter((row) => row.title === title));
  return Promise.all(
    groups.map(async (group) => {
      const own = group.filter(({ stable }) => stable === null);
      const newest = (own.length ? own : group).at(-1) as FixRow;
      const [oid = null] = group.flatMap((one) => one.oid ?? []).sort((a, b) => b.length - a.length);
      const trees = new Set(group.flatMap(({ stable, proposed }) => (proposed ? [] : (stable ?? []))));
      for (const tree of oid ? await stableTreesOf(db, oid) : []) trees.add(tree);
      return { mail: byId.get(newest.id) as CommitMail, oid, stable: [...trees].sort(byVersion) };
    }),
  );
}

/** Stable trees with a copy of a commit. */
async function stableTreesOf(db: Snapshot, oid: string): Promise<string[]> {
  const rows = await db.all<{ stable: string }>(
    `SELECT DISTINCT q.stable FROM claim c JOIN patch q ON q.message_id = c.message_id
     WHERE c.oid IS NOT NULL AND c.kind IN (${CLAIM.upstream}, ${CLAIM.stable}) AND q.stable IS NOT NULL AND NOT q.marks & ${MARK.autosel} AND ${agrees('c.oid')}`,
    [oid],
  );
  return rows.map(({ stable }) => stable);
}

/** Newest version first. */
export const byVersion = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });

/** A CVE number, with the mail and line that name it together with a commit. */
export interface CveLine {
  cve: string;
  line: string;
  mail: CommitMail;
}

/** Mails whose text is searched for CVE numbers. */
const CVE_MAILS = 20;
const CVE = /\bCVE-\d{4}-\d{4,19}\b/gi;

/**
 * The CVE numbers of a commit. A mail about a CVE has its number in the subject and names the commit in a line of its text; in any other
 * mail, a line must have both.
 */
export async function cvesOf(db: Snapshot, oid: string): Promise<CveLine[]> {
  const found = await db.all<{ id: number }>(
    `SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ${CVE_MAILS}`,
    [`({subject own aside} : cve) AND (${namingMatch(oid)})`],
  );
  const ids = found.map(({ id }) => id);
  const [mails, slots] = [await mailsById(db, ids), await slotsOf(db, ids)];
  const texts = await textsOf(db, slots);
  const named = new RegExp(`\\b${oid.slice(0, 8)}[0-9a-f]{0,32}\\b`, 'i');
  return slots.flatMap(({ id }, n) => {
    const mail = mails.find((one) => one.id === id);
    const lines = (texts[n] ?? '').split('\n').filter((line) => named.test(line));
    const line = lines.find((one) => one.match(CVE)) ?? lines[0];
    if (!mail || line === undefined) return [];
    const numbers = line.match(CVE) ?? mail.subject.match(CVE) ?? [];
    return [...new Set(numbers)].map((cve) => ({ cve: cve.toUpperCase(), line: line.trim().slice(0, 300), mail }));
  });
}

type Slot = Parameters<typeof textsOf>[1][number] & { id: number };

const slotsOf = (db: Snapshot, ids: number[]): Promise<Slot[]> =>
  db.all<Slot & Record<string, never>>(
    `SELECT m.id, m.text_block, m.text_at, m.text_size FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY m.id DESC`,
    [JSON.stringify(ids)],
  );
