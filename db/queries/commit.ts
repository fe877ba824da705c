import { CLAIM } from '#patch/kinds';
import type { Snapshot } from '../open';
import { type CveLine, cvesOf, type LaterFix, laterFixes } from './backport';
import { agrees, type CommitMail, MAIL, namingMatch } from './commitmail';

/** Rows of each kind on a page. */
const MOST = 200;

/** The patch that became a commit, and its series. */
export interface CommitPatch extends CommitMail {
  series: number | null;
  number: number | null;
  revisions: number | null;
}

export interface CommitPage {
  /** What most patches that say `Fixes:` it call it; null if none gives a title. */
  title: string | null;
  /** Full names of commits that begin with the given digits. */
  oids: string[];
  patches: CommitPatch[];
  /** Mails that say it was taken. */
  taken: CommitMail[];
  /** Copies for, or in, stable trees. */
  stable: CommitMail[];
  /** Patches with `Fixes:` for it, one for each title. */
  fixes: LaterFix[];
  cves: CveLine[];
  /** Mails that say in their own words that they revert it. */
  reverts: CommitMail[];
  /** Other mails that name it, newest first. */
  named: CommitMail[];
}

/** Trailers whose first word is a commit's name, such as `Fixes: 1234567890ab ("title")`. */
const trailing = (keys: string) =>
  `(SELECT message_id, lower(substr(value, 1, instr(value || ' ', ' ') - 1)) AS named FROM trailer
    WHERE key IN (${keys}) AND key <> 'Signed-off-by' AND value IS NOT NULL)`;

/** Ids of patches with `Fixes:` for a commit; each `?` is its name. */
export const FIXING = `SELECT message_id FROM ${trailing("'Fixes'")} WHERE ${agrees('named', '?')}`;
/** Ids of mails that name a commit, and of the patches that became it; each `?` is its name. */
export const NAMING = `SELECT message_id FROM ${trailing("'Fixes', 'Commit-ID'")} WHERE ${agrees('named', '?')}
  UNION SELECT message_id FROM claim WHERE oid IS NOT NULL AND ${agrees('oid', '?')}
  UNION SELECT patch_id FROM outcome WHERE oid <> '' AND ${agrees('oid', '?')}
  UNION SELECT patch_id FROM patch_commit WHERE ${agrees('oid', '?')}`;

type Rows = CommitMail & Record<string, never>;

/** Everything that mails and the ingested repositories say about a commit; `oid` is 8 to 40 hex digits in lower case. */
export async function readCommit(db: Snapshot, oid: string): Promise<CommitPage> {
  const patches = await patchesOf(db, oid);
  const said = (kinds: number[]) =>
    db.all<Rows>(
      `SELECT ${MAIL}, max(c.tree) AS tree FROM claim c CROSS JOIN message m ON m.id = c.message_id JOIN identity i ON i.id = m.author_id
       WHERE c.oid IS NOT NULL AND c.kind IN (${kinds.join(', ')}) AND ${agrees('c.oid')} GROUP BY m.id ORDER BY m.id LIMIT ${MOST}`,
      [oid],
    );
  const mails = {
    patches,
    taken: await said([CLAIM.applied, CLAIM.queued, CLAIM.merged, CLAIM.mmMerged]),
    stable: await said([CLAIM.upstream, CLAIM.stable]),
    reverts: await revertsOf(db, oid),
  };
  const fixing = await fixesOf(db, oid);
  const cves = await cvesOf(db, oid);
  const shown = [...Object.values(mails).flat(), ...fixing, ...cves.map(({ mail }) => mail)];
  const ids = new Set(shown.map(({ id }) => id));
  const named = (await namedIn(db, oid)).filter(({ id }) => !ids.has(id));
  return {
    title: await titleOf(db, oid),
    oids: await wholeNames(db, oid),
    ...mails,
    fixes: await laterFixes(db, fixing),
    cves,
    named,
  };
}

async function titleOf(db: Snapshot, oid: string): Promise<string | null> {
  const rows = await db.all<{ value: string }>(
    `SELECT value, count(*) AS patches FROM (
       SELECT value, lower(substr(value, 1, instr(value || ' ', ' ') - 1)) AS named FROM trailer WHERE key = 'Fixes' AND value IS NOT NULL)
     WHERE ${agrees('named')} GROUP BY value ORDER BY patches DESC, value LIMIT 10`,
    [oid],
  );
  for (const { value } of rows) {
    const [, title] = /\(["“'](.{4,300})["”']\)\s*$/.exec(value) ?? [];
    if (title) return title;
  }
  return null;
}

async function wholeNames(db: Snapshot, oid: string): Promise<string[]> {
  const rows = await db.all<{ oid: string }>(
    `SELECT oid FROM claim WHERE length(oid) = 40 AND ${agrees('oid')}
     UNION SELECT oid FROM patch_commit WHERE ${agrees('oid')} ORDER BY oid LIMIT 50`,
    [oid],
  );
  return rows.map((row) => row.oid);
}

function patchesOf(db: Snapshot, oid: string): Promise<CommitPatch[]> {
  return db.all<CommitPatch & Record<string, never>>(
    `WITH p AS (SELECT patch_id, max(tree) AS tree FROM (
         SELECT patch_id, tree FROM outcome WHERE oid <> '' AND NOT doubted AND kind <> ${CLAIM.reverted} AND ${agrees('oid')}
         UNION ALL SELECT patch_id, tree FROM patch_commit WHERE ${agrees('oid')}) GROUP BY patch_id)
     SELECT ${MAIL}, p.tree, s.id AS series, r.number, s.revisions
     FROM p JOIN message m ON m.id = p.patch_id JOIN identity i ON i.id = m.author_id
     LEFT JOIN patch q ON q.message_id = m.id LEFT JOIN revision r ON r.id = q.revision_id LEFT JOIN series s ON s.id = r.series_id
     ORDER BY m.id LIMIT ${MOST}`,
    [oid],
  );
}

function fixesOf(db: Snapshot, oid: string): Promise<CommitMail[]> {
  return db.all<Rows>(
    `SELECT ${MAIL}, NULL AS tree FROM ${trailing("'Fixes'")} f
     JOIN message m ON m.id = f.message_id JOIN identity i ON i.id = m.author_id
     WHERE ${agrees('f.named')} GROUP BY m.id ORDER BY m.id LIMIT ${MOST}`,
    [oid],
  );
}

function revertsOf(db: Snapshot, oid: string): Promise<CommitMail[]> {
  return db.all<Rows>(
    `SELECT ${MAIL}, NULL AS tree FROM search x JOIN message m ON m.id = x.rowid JOIN identity i ON i.id = m.author_id
     WHERE x.search MATCH ? ORDER BY m.id LIMIT ${MOST}`,
    [`{own} : "this reverts commit ${oid}" *`],
  );
}

function namedIn(db: Snapshot, oid: string): Promise<CommitMail[]> {
  return db.all<Rows>(
    `SELECT ${MAIL}, NULL AS tree FROM search x JOIN message m ON m.id = x.rowid JOIN identity i ON i.id = m.author_id
     WHERE x.search MATCH ? ORDER BY m.id DESC LIMIT 50`,
    [namingMatch(oid)],
  );
}
