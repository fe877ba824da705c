import { IDS_PER_SECOND } from '#mail/ids';
import { QUIET_DAYS, STATE, STATES, type StateName } from '#patch/state';

/** Whether nobody wrote about series `s` for QUIET_DAYS before the newest mail on the lists of its newest version. */
const IS_QUIET = `s.last_id < (SELECT max(l.last_at) - ${QUIET_DAYS * 86400}
  FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = s.posted_id) * ${IDS_PER_SECOND}`;

/** The current state of series `s`, from the stored state and the lists' newest mails. */
export const STATUS = `CASE s.status
  WHEN '${STATE.posted}' THEN CASE WHEN ${IS_QUIET} THEN '${STATE.noAnswer}' WHEN s.waiting THEN '${STATE.waiting}' ELSE s.status END
  WHEN '${STATE.underDiscussion}' THEN iif(${IS_QUIET}, '${STATE.wentQuiet}', s.status)
  ELSE s.status END`;

/** The stored state for a state that depends on time. */
const STORED: Partial<Record<StateName, StateName>> = {
  [STATE.waiting]: STATE.posted,
  [STATE.noAnswer]: STATE.posted,
  [STATE.wentQuiet]: STATE.underDiscussion,
};

const spelt = (name: string) => name.toLowerCase().replace(/[ -]+/g, '-');

/** States as spelled in URLs and `status:`; 'waiting' is short for the most frequently used one. */
export const STATE_WORDS: readonly string[] = [...STATES.map(({ name }) => spelt(name)), 'waiting'];

/** The state named by a word in a URL or query, or null. */
export function stateNamed(word: string): StateName | null {
  if (spelt(word) === 'waiting') return STATE.waiting;
  return STATES.find(({ name }) => spelt(name) === spelt(word))?.name ?? null;
}

/** A condition that series `s` has the state. The stored state comes first, because it has an index. */
export function statusIs(name: StateName): { sql: string; params: string[] } {
  const stored = STORED[name] ?? name;
  const isTimely = Object.values(STORED).includes(stored);
  return isTimely
    ? { sql: `(s.status = ? AND ${STATUS} = ?)`, params: [stored, name] }
    : { sql: 's.status = ?', params: [name] };
}
