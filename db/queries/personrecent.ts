import { firstIdAt } from '#mail/ids';
import { QUIET_DAYS } from '#patch/state';
import { ENDORSEMENTS } from '#patch/trailer';
import type { Snapshot } from '../open';
import { SERIES_JOINS, SERIES_LINE, type SeriesLine } from './series';
import { judged, type Verdict } from './verdictrows';

const DAY = 86_400;
/** The number of days at the beginning of a person's page. */
export const RECENT_DAYS = 30;

/** A thread in which a person wrote recently. */
export interface RecentThread {
  msgid: string;
  subject: string;
  messages: number;
  first_id: number;
  /** The number of their mails in it; and below, the newest. */
  here: number;
  newest: number;
  verdict?: Verdict | undefined;
}

/** A person's activity in the last days of their lists, and their current series. */
export interface Recent {
  /** Unix seconds: the beginning of a day; and below, the newest mail on those lists. */
  from: number;
  to: number;
  mails: number;
  threads: RecentThread[];
  /** The number of threads that are left out. */
  more: number;
  /** Trailers given in replies, the most frequent first. */
  given: { key: string; count: number }[];
  /** Series with mails about them in the last QUIET_DAYS, or, if there are none, the newest; ordered by newest version. */
  series: SeriesLine[];
  areCurrent: boolean;
}

/** A person's recent activity. `mails` are theirs, newest first; `to` is the time of the newest mail on their lists. */
export async function recentOf(
  db: Snapshot,
  person: number,
  mails: { id: number }[],
  to: number,
  limits: { threads: number; series: number },
): Promise<Recent> {
  const from = (Math.floor(to / DAY) + 1 - RECENT_DAYS) * DAY;
  const ids = mails.flatMap(({ id }) => (id >= firstIdAt(from) ? [id] : []));
  const own = JSON.stringify(ids);
  const threads = ids.length ? await threadsOf(db, own) : [];
  return {
    from,
    to,
    mails: ids.length,
    threads: threads.slice(0, limits.threads),
    more: Math.max(0, threads.length - limits.threads),
    given: ids.length ? await trailersOf(db, own) : [],
    ...currentOf(await newestSeries(db, person, limits.series), to),
  };
}

/** Series that are shown if none is current. */
const OLDER = 4;

function currentOf(series: SeriesLine[], to: number): { series: SeriesLine[]; areCurrent: boolean } {
  const current = series.filter(({ last_id }) => last_id >= firstIdAt(to - QUIET_DAYS * DAY));
  return current.length ? { series: current, areCurrent: true } : { series: series.slice(0, OLDER), areCurrent: false };
}

function newestSeries(db: Snapshot, person: number, limit: number): Promise<SeriesLine[]> {
  return db.all<SeriesLine>(
    `SELECT ${SERIES_LINE} FROM series s ${SERIES_JOINS} WHERE i.person_id = ? AND s.stable IS NULL
     ORDER BY s.posted_id DESC LIMIT ${limit}`,
    [person],
  );
}

/** Threads of these mails, newest first. */
async function threadsOf(db: Snapshot, own: string): Promise<RecentThread[]> {
  const rows = await db.all<Omit<RecentThread, 'verdict'>>(
    `WITH here AS (SELECT m.thread, count(*) AS here, max(m.id) AS newest FROM json_each(?) j JOIN message m ON m.id = j.value GROUP BY m.thread)
     SELECT f.msgid, t.subject, t.messages, t.first_id, here.here, here.newest FROM here JOIN thread t ON t.id = here.thread
     JOIN message f ON f.id = t.first_id ORDER BY here.newest DESC`,
    [own],
  );
  return judged(db, rows, ({ first_id }) => first_id);
}

function trailersOf(db: Snapshot, own: string): Promise<{ key: string; count: number }[]> {
  return db.all(
    `SELECT t.key, count(*) AS count FROM json_each(?) j JOIN patch_reply y ON y.message_id = j.value JOIN message m ON m.id = j.value
     JOIN identity i ON i.id = m.author_id JOIN trailer t ON t.message_id = j.value
     WHERE t.key IN (${ENDORSEMENTS.map((key) => `'${key}'`).join(', ')}) AND t.address = i.address COLLATE NOCASE
     GROUP BY t.key ORDER BY 2 DESC, 1`,
    [own],
  );
}
