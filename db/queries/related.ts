import { firstIdAt } from '#mail/ids';
import { textKey } from '#patch/fingerprint';
import { CLAIM, TAKEN } from '#patch/kinds';
import { titleKey } from '#patch/subject';
import type { Snapshot } from '../open';
import { SERIES_JOINS, SERIES_LINE, type SeriesDetail, type SeriesLine } from './series';

export interface Related {
  /** Series that it fixes, according to its trailers. */
  fixes: SeriesLine[];
  /** Later series that fix a commit of this one, or revert one of its patches. */
  fixedBy: SeriesLine[];
  /** Series from the nearest months, those with most files in common first. */
  files: (SeriesLine & { shared: number })[];
}

const MOST = 10;
/** Commits, titles and files of a series that are searched. */
const MOST_COMMITS = 30;
const MOST_FILES = 60;
/** Series that are further apart are not shown only because of common files. */
const MONTHS_APART = firstIdAt(9 * 30 * 86_400);
/** Hex digits of a commit in `Fixes:`. */
const SHORT_OID = 12;

/** Series that a series fixes, later ones that fix or revert it, and those that change the same files; without copies for stable trees. */
export async function relatedTo(db: Snapshot, series: SeriesDetail): Promise<Related> {
  return {
    fixes: await fixedSeries(db, series),
    fixedBy: await fixingSeries(db, series),
    files: await sameFiles(db, series.id),
  };
}

async function fixedSeries(db: Snapshot, { all, id }: SeriesDetail): Promise<SeriesLine[]> {
  const values = (all.at(-1)?.patches ?? []).flatMap(({ trailers, id: patch }) =>
    trailers.filter(({ key, message_id }) => key === 'Fixes' && message_id === patch).map(({ value }) => value ?? ''),
  );
  const titles = values.flatMap((value) => /\(["“'](.{8,300})["”']\)/.exec(value)?.[1] ?? []).slice(0, MOST_COMMITS);
  if (!titles.length) return [];
  return db.all<SeriesLine>(
    `SELECT DISTINCT ${SERIES_LINE} FROM json_each(?1) j JOIN patch p ON p.title_key = j.value JOIN revision r ON r.id = p.revision_id
     JOIN series s ON s.id = r.series_id ${SERIES_JOINS} WHERE s.id <> ?2 AND p.message_id < ?2 AND s.stable IS NULL ORDER BY s.posted_id DESC LIMIT ${MOST}`,
    [JSON.stringify(titles.map((title) => textKey(titleKey(title)))), id],
  );
}

async function fixingSeries(db: Snapshot, { all, id }: SeriesDetail): Promise<SeriesLine[]> {
  const outcomes = all.flatMap(({ patches }) => patches).flatMap((patch) => patch.outcomes);
  const commits = outcomes.filter(
    ({ oid, kind, doubted }) => oid.length >= SHORT_OID && !doubted && TAKEN.includes(kind),
  );
  const oids = [...new Set(commits.map(({ oid }) => oid.slice(0, SHORT_OID)))].slice(0, MOST_COMMITS);
  const reverts = outcomes.filter(({ kind }) => kind === CLAIM.reverted).map(({ evidence_id }) => evidence_id);
  if (!oids.length && !reverts.length) return [];
  const phrases = oids.map((oid) => `"fixes ${oid}" *`).join(' OR ');
  return db.all<SeriesLine>(
    `SELECT DISTINCT ${SERIES_LINE} FROM (
       SELECT value AS id FROM json_each(?1) ${phrases ? 'UNION SELECT rowid FROM search WHERE search MATCH ?3 AND rowid > ?2' : ''}) f
     CROSS JOIN patch p ON p.message_id = f.id JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id ${SERIES_JOINS}
     WHERE s.id <> ?2 AND s.stable IS NULL ORDER BY s.posted_id LIMIT ${MOST}`,
    [JSON.stringify(reverts), id, ...(phrases ? [`{own aside} : (${phrases})`] : [])],
  );
}

function sameFiles(db: Snapshot, id: number): Promise<(SeriesLine & { shared: number })[]> {
  return db.all<SeriesLine & { shared: number }>(
    `WITH own AS (SELECT DISTINCT f.file FROM revision r JOIN patch p ON p.revision_id = r.id JOIN patch_file f ON f.message_id = p.message_id
                  WHERE r.series_id = ?1 LIMIT ${MOST_FILES}),
     related AS (SELECT r.series_id AS id, count(DISTINCT f.file) AS shared FROM own JOIN patch_file f ON f.file = own.file
               AND f.message_id BETWEEN ?1 - ${MONTHS_APART} AND ?1 + ${MONTHS_APART}
             JOIN patch p ON p.message_id = f.message_id JOIN revision r ON r.id = p.revision_id
             WHERE r.series_id <> ?1 AND p.stable IS NULL GROUP BY r.series_id ORDER BY shared DESC, abs(r.series_id - ?1) LIMIT ${MOST})
     SELECT ${SERIES_LINE}, related.shared FROM related JOIN series s ON s.id = related.id ${SERIES_JOINS} ORDER BY related.shared DESC, s.posted_id DESC`,
    [id],
  );
}
