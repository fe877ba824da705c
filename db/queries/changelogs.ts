import { type Changelog, changelogsOf, itemNaming } from '#patch/changelog';
import { PATCH_KIND } from '#patch/kinds';
import type { Snapshot } from '../open';
import { SLOTS, type Slots, textBytesOf } from './blocks';

/** An author's list of changes in a version. */
export interface VersionLog extends Changelog {
  revision: number;
  /** The cover letter or patch with the list. */
  id: number;
  msgid: string;
  /** Hash of the patch's title; null for a cover letter. */
  title: number | null;
}

/** Mails that are searched, those of the newest versions first. */
const MOST_MAILS = 120;
/** Bytes of a mail that are searched; changelogs come before the diff. */
const MOST_BYTES = 24_000;

/** The changelogs of a series' versions: in their cover letters, else first patches, and in patches with one of these titles. */
export async function changelogsIn(db: Snapshot, series: number, titles: number[]): Promise<VersionLog[]> {
  const rows = await db.all<
    Slots & { revision: number; number: number; id: number; msgid: string; title: number | null }
  >(
    `SELECT r.id AS revision, r.number, m.id, m.msgid, iif(p.kind = ${PATCH_KIND.cover}, NULL, p.title_key) AS title,
       ${SLOTS}
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id
     WHERE r.series_id = ?1 AND r.number > 1 AND (p.message_id IN (r.cover_id, r.id) OR p.title_key IN (SELECT value FROM json_each(?2)))
     ORDER BY r.id DESC, p.kind = ${PATCH_KIND.cover} DESC, p.position LIMIT ${MOST_MAILS}`,
    [series, JSON.stringify(titles)],
  );
  const texts = await textBytesOf(db, rows);
  return rows.flatMap(({ revision, number, id, msgid, title }, n) => {
    const log = changelogsOf((texts[n] ?? Buffer.alloc(0)).subarray(0, MOST_BYTES).toString('utf8'));
    const own = log.find(({ version }) => version === number);
    return own ? [{ ...own, revision, id, msgid, title }] : [];
  });
}

/** An item about a person in a version's changelog: its place and words. */
export interface TakenUp {
  msgid: string;
  line: number;
  text: string;
}

/**
 * The item in the next version's changelog that names the objector. `others` objected too; `said` are the objection's words. The changelog
 * of another patch does not answer an objection to a patch.
 */
export function takenUpIn(
  logs: VersionLog[],
  objection: { name: string; title: number | null },
  revision: number,
  others: readonly string[],
  said: string,
): TakenUp | null {
  for (const log of logs) {
    if (log.revision !== revision || (log.title !== null && log.title !== objection.title)) continue;
    const item = itemNaming(log, objection.name, others, said);
    if (item) return { msgid: log.msgid, ...item };
  }
  return null;
}
