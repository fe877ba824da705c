import type { Verdict } from '#db/queries/verdictrows';
import { timeOf } from '#mail/ids';
import { STATE } from '#patch/state';
import { ageOf } from './format';
import { statusClass } from './state';

/** Shorter or clearer words for some states in rows. */
const SHORT: Record<string, string> = {
  [STATE.waiting]: 'waits',
  [STATE.wentQuiet]: 'quiet',
  [STATE.underDiscussion]: 'discussed',
};
/** A silence is shown as "since Feb"; a wait in days at first, and by its month once it is long. */
const SILENT: readonly string[] = [STATE.wentQuiet, STATE.noAnswer];
const WAITING: readonly string[] = [STATE.waiting, STATE.posted];
/** States without an age. */
const AGELESS: readonly string[] = [STATE.copy];

/** "v4 refused · 3 days", "v2 waits · 12 days", "quiet since Feb": the state of the newest version, and since when. */
export function verdictWords({ status, version, since_id, now_at }: Verdict): string {
  const word = `${version === '1' ? '' : `v${version} `}${SHORT[status] ?? status}`;
  if (AGELESS.includes(status)) return word;
  const { days, month } = ageOf(timeOf(since_id), now_at);
  const isSince = SILENT.includes(status) || (WAITING.includes(status) && days === null);
  return isSince ? `${word} since ${month}` : `${word} · ${days ?? month}`;
}

/** The words of a row, with a dot whose colour shows the kind of state. */
export function VerdictWord(verdict: Verdict) {
  return (
    <>
      {' '}
      <i className={`state ${statusClass(verdict.status)}`}>{verdictWords(verdict)}</i>
    </>
  );
}
