import { authorTime, dateNoteText, isoTime, nameOf, shortTime } from '../_lib/format';
import { personHref } from '../_lib/links';

/** A name that came with a mail: whatever direction its letters have, it keeps to itself. */
export function Name({
  name,
  address,
  person = null,
}: {
  name: string | null;
  address: string | null;
  /** person.slug, where the name leads to their page. */
  person?: string | null;
}) {
  const own = <bdi className="name">{nameOf(name, address)}</bdi>;
  return person === null ? own : <a href={personHref(person)}>{own}</a>;
}

/** When a mail was sent, in its author's zone; UTC on hover. */
export function SentAt({ at, zone, note }: { at: number; zone: number | null; note: string | null }) {
  return (
    <>
      <time dateTime={isoTime(at)} title={`${shortTime(at)} UTC`}>
        {authorTime(at, zone)}
      </time>
      {note ? (
        <span className="note" title={dateNoteText(note)}>
          {' '}
          date {note}
        </span>
      ) : null}
    </>
  );
}

/** Bars of counts, one a month, as a small picture; each bar is a link. */
export function MonthBars({
  months,
  hrefOf,
  label,
}: {
  months: { month: string; messages: number }[];
  hrefOf: (month: string) => string;
  label: string;
}) {
  if (months.length < 2) return null;
  const filled = fillMonths(months);
  const most = Math.max(...filled.map(({ messages }) => messages));
  const width = 960;
  const step = width / filled.length;
  const height = 72;
  return (
    <svg className="bars" viewBox={`0 0 ${width} ${height + 16}`} role="group" aria-label={label}>
      {filled.map(({ month, messages }, n) => {
        const bar = messages ? Math.max(1, (messages / most) * height) : 0;
        return (
          <a key={month} href={hrefOf(month)}>
            <title>{`${month}: ${messages}`}</title>
            <rect className="hit" x={n * step} y={0} width={step} height={height} />
            <rect className="bar" x={n * step + step * 0.08} y={height - bar} width={step * 0.84} height={bar} />
          </a>
        );
      })}
      {filled.map(({ month }, n) =>
        month.endsWith('-01') && n < filled.length - 3 ? (
          <text key={month} x={n * step} y={height + 13} className={Number(month.slice(0, 4)) % 5 ? undefined : 'five'}>
            {month.slice(0, 4)}
          </text>
        ) : null,
      )}
    </svg>
  );
}

/** Longest run of months that is drawn; older ones are left out. */
const MAX_MONTHS = 480;

/** Every month between the first and the last, silent ones too. */
function fillMonths(months: { month: string; messages: number }[]): { month: string; messages: number }[] {
  const counts = new Map(months.map(({ month, messages }) => [month, messages]));
  const last = months[months.length - 1]?.month ?? '';
  const filled: { month: string; messages: number }[] = [];
  const [year = 0, month = 1] = (months[0]?.month ?? '').split('-').map(Number);
  for (let n = year * 12 + month - 1, name = ''; name !== last && filled.length < 4000; n++) {
    name = `${String(Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}`;
    filled.push({ month: name, messages: counts.get(name) ?? 0 });
  }
  return filled.slice(-MAX_MONTHS);
}
