import { IDS_PER_SECOND } from '#mail/ids';
import { QUIET_DAYS, STATE, STATES, type StateName } from '#patch/state';

/** So long has nobody written of series `s`, to the newest mail of the lists that carried its newest version. */
const IS_QUIET = `s.last_id < (SELECT max(l.last_at) - ${QUIET_DAYS * 86400}
  FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = s.posted_id) * ${IDS_PER_SECOND}`;

/** The state of series `s` as it is now: what is stored, and what the lists' newest mails make of it. */
export const STATUS = `CASE s.status
  WHEN '${STATE.posted}' THEN CASE WHEN ${IS_QUIET} THEN '${STATE.noAnswer}' WHEN s.waiting THEN '${STATE.waiting}' ELSE s.status END
  WHEN '${STATE.underDiscussion}' THEN iif(${IS_QUIET}, '${STATE.wentQuiet}', s.status)
  ELSE s.status END`;

/** What is stored of a series of this state. */
const STORED: Partial<Record<StateName, StateName>> = {
  [STATE.waiting]: STATE.posted,
  [STATE.noAnswer]: STATE.posted,
  [STATE.wentQuiet]: STATE.underDiscussion,
};

const spelt = (name: string) => name.toLowerCase().replace(/[ -]+/g, '-');

/** States as addresses and `status:` spell them; 'waiting' is short for the one that is asked for daily. */
export const STATE_WORDS: readonly string[] = [...STATES.map(({ name }) => spelt(name)), 'waiting'];

/** The state that a word of an address or a query names; null for none. */
export function stateNamed(word: string): StateName | null {
  if (spelt(word) === 'waiting') return STATE.waiting;
  return STATES.find(({ name }) => spelt(name) === spelt(word))?.name ?? null;
}

/** That series `s` is of the state. The stored one is asked first, by its index. */
export function statusIs(name: StateName): { sql: string; params: string[] } {
  const stored = STORED[name] ?? name;
  const isTimely = Object.values(STORED).includes(stored);
  return isTimely
    ? { sql: `(s.status = ? AND ${STATUS} = ?)`, params: [stored, name] }
    : { sql: 's.status = ?', params: [name] };
}
