import { firstIdAt, IDS_PER_DAY } from '#mail/ids';
import { CLAIM, CLAIM_SOURCE, CLAIM_WORDS, PATCH_KIND } from '#patch/kinds';
import { QUIET_DAYS, STATE } from '#patch/state';
import { isAnnouncement } from '#quote/threadacts';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import { CARRIED } from './onlist';
import { passagesAt } from './passages';
import { debates } from './quoted';
import { reportsBetween } from './reports';
import { STATUS } from './status';

/** An event, with the mail that proves it. */
export interface WeekLine {
  title: string;
  /** The event in a few words: `refused`, `4 mails by 3 people`. */
  what: string;
  /** Whether it is good for the patch; null if neither good nor bad. */
  tone: 'in' | 'near' | 'out' | 'open' | null;
  author: string;
  address: string;
  /** The id of the mail that proves it, which is its time. */
  id: number;
  msgid: string;
  /** The lines of the mail that prove it, from 0; null for the whole mail. */
  lines: [number, number] | null;
  /** The text of those lines. */
  quote: string | null;
  /** The series that it is about, or null. */
  series: number | null;
  /** Whether the link leads to the digest of the mail's thread. */
  isDebate: boolean;
}

export interface WeekPart {
  title: string;
  lines: WeekLine[];
  /** The number of lines that are left out. */
  more: number;
}

/** Lines in a part. */
const MOST_LINES = 40;
const MOST_DEBATES = 8;
const MOST_WAITING = 15;

const GONE: readonly number[] = [CLAIM.rejected, CLAIM.dropped, CLAIM.withdrawn, CLAIM.reverted];
const VERDICTS: readonly number[] = [...GONE, CLAIM.applied, CLAIM.queued, CLAIM.merged];
/** Sources whose line has a person's or a notice's words. */
const SPOKEN: readonly number[] = [CLAIM_SOURCE.words, CLAIM_SOURCE.report, CLAIM_SOURCE.trailer];

const cache = new QueryCache<WeekPart[]>(64);

/** The events in a span of time (Unix seconds) on a list (null: on all), in parts by importance, without empty ones. */
export function weekOf(db: Snapshot, list: number | null, from: number, to: number): Promise<WeekPart[]> {
  return cache.get(db, `${list} ${from} ${to}`, async () => {
    const span = [firstIdAt(from), firstIdAt(to), list] as const;
    const parts: WeekPart[] = [
      part('Verdicts', await verdictsOf(db, ...span)),
      part('Objections', await objectionsOf(db, ...span)),
      part('Debates', await debatesOf(db, ...span)),
      part('Regressions and bugs reported', await reportsOf(db, ...span)),
      part('Fixes for reports', await fixesOf(db, ...span)),
      part(
        'Waiting for an answer',
        await waitingOf(db, ...span, firstIdAt((await newestMoment(db, list)) ?? to)),
        MOST_WAITING,
      ),
      part('Releases', await releasesOf(db, ...span)),
    ];
    const shown = parts.filter(({ lines }) => lines.length);
    await addQuotes(
      db,
      shown.flatMap(({ lines }) => lines),
    );
    return shown;
  });
}

const part = (title: string, lines: WeekLine[], most = MOST_LINES): WeekPart => ({
  title,
  lines: lines.slice(0, most),
  more: Math.max(0, lines.length - most),
});

const moments = new QueryCache<number | null>(100);

/** The time of the newest mail on a list (null: on all) in Unix seconds; null if there is none. */
export const newestMoment = (db: Snapshot, list: number | null): Promise<number | null> =>
  moments.get(db, String(list), async () => {
    const sql = 'SELECT max(last_at) AS at FROM list WHERE ?1 IS NULL OR id = ?1';
    return (await db.get<{ at: number | null }>(sql, [list]))?.at ?? null;
  });

interface Row extends Pick<WeekLine, 'title' | 'author' | 'address' | 'id' | 'msgid' | 'series'> {
  line: number;
}

const lineOf = (
  { title, author, address, id, msgid, line, series }: Row,
  what: string,
  tone: WeekLine['tone'] = null,
): WeekLine => ({
  title,
  what,
  tone,
  author,
  address,
  id,
  msgid,
  lines: [line, line],
  quote: null,
  series,
  isDebate: false,
});

const PROOF = 'm.id, m.msgid, i.name AS author, i.address';
const SERIES_OF_PATCH =
  'JOIN patch p ON p.message_id = o.patch_id JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id';

/**
 * The newest verdict of each series in the span; refused and reverted ones first. A refusal that was taken back, or that a newer
 * version answered, is an objection only.
 */
async function verdictsOf(db: Snapshot, from: number, to: number, list: number | null): Promise<WeekLine[]> {
  const rows = await db.all<Row & { kind: number; source: number; tree: string | null }>(
    `SELECT s.title, s.id AS series, o.kind, o.source, o.tree, o.line, max(o.evidence_id) AS newest, ${PROOF} FROM outcome o ${SERIES_OF_PATCH}
     JOIN message m ON m.id = o.evidence_id JOIN identity i ON i.id = m.author_id
     WHERE o.evidence_id >= ?1 AND o.evidence_id < ?2 AND o.doubted = 0 AND o.kind IN (${VERDICTS.join(', ')})
       AND (${CARRIED('o.evidence_id', '?3')} OR ${CARRIED('o.patch_id', '?3')})
       AND NOT (o.kind = ${CLAIM.rejected} AND EXISTS (SELECT 1 FROM objection j WHERE j.series_id = s.id AND j.evidence_id = o.evidence_id AND j.answered = 1))
     GROUP BY s.id ORDER BY newest DESC`,
    [from, to, list],
  );
  const lines = rows.map((row) => ({
    isGone: GONE.includes(row.kind),
    line: lineOf(
      SPOKEN.includes(row.source) ? row : { ...row, line: 0 },
      `${CLAIM_WORDS.get(row.kind) ?? 'mentioned'}${row.tree ? ` (${row.tree})` : ''}`,
      GONE.includes(row.kind) ? 'out' : row.kind === CLAIM.queued ? 'near' : 'in',
    ),
  }));
  return [...lines.filter(({ isGone }) => isGone), ...lines.filter(({ isGone }) => !isGone)].map(({ line }) => line);
}

/** The first objection in each mail that objected to a series. */
async function objectionsOf(db: Snapshot, from: number, to: number, list: number | null): Promise<WeekLine[]> {
  const rows = await db.all<Row & { answered: number }>(
    `SELECT s.title, s.id AS series, o.answered, min(o.line) AS line, ${PROOF} FROM objection o JOIN series s ON s.id = o.series_id
     JOIN message m ON m.id = o.evidence_id JOIN identity i ON i.id = m.author_id
     WHERE o.evidence_id >= ?1 AND o.evidence_id < ?2 AND ${CARRIED('o.evidence_id', '?3')}
     GROUP BY s.id, o.evidence_id ORDER BY o.evidence_id DESC`,
    [from, to, list],
  );
  return rows.map((row) => (row.answered ? lineOf(row, 'answered since', 'near') : lineOf(row, 'open', 'out')));
}

async function debatesOf(db: Snapshot, from: number, to: number, list: number | null): Promise<WeekLine[]> {
  const found = await debates(db, from, to, MOST_DEBATES, list);
  return found.map(({ subject, author, address, firstId, msgid, messages, participants }) => ({
    ...lineOf(
      { title: subject, author, address, id: firstId, msgid, line: 0, series: null },
      `${firstId >= from ? 'new: ' : ''}${messages} mails by ${participants} people`,
    ),
    isDebate: true,
  }));
}

async function reportsOf(db: Snapshot, from: number, to: number, list: number | null): Promise<WeekLine[]> {
  const found = await reportsBetween(db, from, to, list);
  return found.map(({ subject, fix, ...row }) =>
    lineOf(
      { ...row, title: subject, line: 0, series: fix?.series ?? null },
      fix ? `a fix was posted: ${fix.title}` : 'no fix here',
    ),
  );
}

/** Patches in the span that close, or link to, a mail in the archive that is not a patch. */
async function fixesOf(db: Snapshot, from: number, to: number, list: number | null): Promise<WeekLine[]> {
  const rows = await db.all<Row & { value: string }>(
    `SELECT s.title, s.id AS series, t.value, t.line, ${PROOF} FROM trailer t JOIN patch p ON p.message_id = t.message_id
     JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id
     JOIN message m ON m.id = t.message_id JOIN identity i ON i.id = m.author_id
     WHERE t.message_id >= ?1 AND t.message_id < ?2 AND t.key IN ('Closes', 'Link') AND ${CARRIED('t.message_id', '?3')}
     ORDER BY t.message_id DESC`,
    [from, to, list],
  );
  const named = rows.map((row) => ({ row, msgid: msgidIn(row.value ?? '') }));
  const reports = await db.all<{ msgid: string; subject: string }>(
    `SELECT m.msgid, m.subject FROM json_each(?) j JOIN message m ON m.msgid = j.value
     WHERE NOT EXISTS (SELECT 1 FROM patch p WHERE p.message_id = m.id AND p.kind <> ${PATCH_KIND.reply})`,
    [JSON.stringify(named.flatMap(({ msgid }) => msgid ?? []))],
  );
  const subjects = new Map(reports.map(({ msgid, subject }) => [msgid, subject]));
  const seen = new Set<number | null>();
  return named.flatMap(({ row, msgid }) => {
    const subject = msgid === null ? undefined : subjects.get(msgid);
    if (subject === undefined || seen.has(row.series)) return [];
    seen.add(row.series);
    return [lineOf(row, `for: ${subject}`)];
  });
}

/** The Message-ID in a link to lore or a similar archive. */
function msgidIn(url: string): string | null {
  const [, path] = /^https?:\/\/[^/\s]+\/(?:[\w.-]+\/){1,2}([^/\s]*@[^/\s]+)/.exec(url) ?? [];
  try {
    return path ? decodeURIComponent(path) : null;
  } catch {
    return null;
  }
}

/** Series whose newest version was posted in the 90 days before the end of the span and has no answer to this day, the longest waiting first. */
async function waitingOf(
  db: Snapshot,
  from: number,
  to: number,
  list: number | null,
  newest: number,
): Promise<WeekLine[]> {
  const rows = await db.all<Row & { days: number }>(
    `SELECT s.title, s.id AS series, 0 AS line, CAST((min(?2, ?4) - s.posted_id) / ${IDS_PER_DAY} AS INTEGER) AS days, ${PROOF} FROM series s
     JOIN message m ON m.id = s.posted_id JOIN identity i ON i.id = m.author_id
     WHERE s.posted_id >= ?1 AND s.posted_id < ?2 AND s.waiting = 1 AND s.replies = 0
       AND ${STATUS} IN ('${STATE.waiting}', '${STATE.noAnswer}') AND ${CARRIED('s.posted_id', '?3')} ORDER BY s.posted_id`,
    [Math.min(from, to - firstIdAt(QUIET_DAYS * 86400)), to, list, newest],
  );
  return rows.map((row) =>
    lineOf(row, `${row.days === 0 ? 'less than a day' : row.days === 1 ? '1 day' : `${row.days} days`} unanswered`),
  );
}

/** Announcements of the -mm tree and of releases, from the beginnings of threads. */
async function releasesOf(db: Snapshot, from: number, to: number, list: number | null): Promise<WeekLine[]> {
  const rows = await db.all<Row & { isMm: number }>(
    `SELECT m.subject AS title, NULL AS series, 0 AS line, ${PROOF}, EXISTS (SELECT 1 FROM mm_release r WHERE r.message_id = m.id) AS isMm
     FROM message m JOIN thread t ON t.id = m.thread AND t.first_id = m.id JOIN identity i ON i.id = m.author_id
     WHERE m.id >= ?1 AND m.id < ?2 AND ${CARRIED('m.id', '?3')} AND NOT EXISTS (SELECT 1 FROM patch p WHERE p.message_id = m.id)
     ORDER BY m.id DESC`,
    [from, to, list],
  );
  return rows.filter(({ isMm, title }) => isMm || isAnnouncement(title)).map((row) => lineOf(row, 'announced'));
}

/** Adds the sentences on the lines. Without a sentence, the line proves nothing by itself, and the whole mail is named. */
async function addQuotes(db: Snapshot, lines: WeekLine[]): Promise<void> {
  const quoted = lines.filter((line) => line.lines);
  const passages = await passagesAt(
    db,
    quoted.map(({ id, lines }) => ({ id, line: lines?.[0] ?? 0 })),
  );
  for (const [n, line] of quoted.entries()) {
    line.lines = passages[n]?.lines ?? null;
    line.quote = passages[n]?.quote ?? null;
  }
}

/** The root of each message's thread. */
export async function rootsOf(db: Snapshot, ids: number[]): Promise<Map<number, string>> {
  const rows = await db.all<{ id: number; root: string }>(
    'SELECT m.id, t.root FROM json_each(?) j JOIN message m ON m.id = j.value JOIN thread t ON t.id = m.thread',
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, root }) => [id, root]));
}
