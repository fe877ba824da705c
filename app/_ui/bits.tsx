import type { ReactNode } from 'react';
import { authorTime, dateNoteText, isoTime, nameOf, shortTime } from './format';
import { personHref } from './links';

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

/** A button that copies; without a script there is none. */
export function Copy({ text, children }: { text: string; children: ReactNode }) {
  return (
    <button type="button" className="quiet js copy" data-copy={text}>
      {children}
    </button>
  );
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

/** Bars of counts, one a month, as a small picture: one shape for the eye, and a link for each month that has mails. */
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
  const step = WIDTH / filled.length;
  const heightOf = (messages: number) => (messages ? Math.max(1, tenth((messages / most) * HEIGHT)) : 0);
  const width = tenth(step * 0.84);
  const bars = filled.map(({ messages }, n) =>
    messages ? `M${tenth((n + 0.08) * step)} ${HEIGHT}v${-heightOf(messages)}h${width}V${HEIGHT}` : '',
  );
  const labels = labelsOf(filled, step);
  const few = Math.ceil(labels.length / 4);
  return (
    <svg className="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`} role="group" aria-label={label}>
      {filled.map(({ month, messages }, n) =>
        messages ? (
          <a key={month} href={hrefOf(month)}>
            <title>{`${month}: ${messages}`}</title>
            <rect x={tenth(n * step)} width={tenth(step)} height={HEIGHT} />
          </a>
        ) : null,
      )}
      <path d={bars.join('')} />
      {labels.map(({ label, x }, n) => (
        <text key={label} x={x} y={HEIGHT + 13} className={n % few ? undefined : 'few'}>
          {label}
        </text>
      ))}
    </svg>
  );
}

/** A picture of no more months names them; one of more names years. */
const FEW_MONTHS = 24;

/** What is named below the bars; a phone shows the few that have room. */
function labelsOf(filled: { month: string }[], step: number): { label: string; x: number }[] {
  const areFew = filled.length <= FEW_MONTHS;
  const every = Math.ceil(filled.length / 8);
  return filled.flatMap(({ month }, n) => {
    if (areFew) return n % every ? [] : [{ label: month, x: tenth((n + 0.08) * step) }];
    return month.endsWith('-01') && n < filled.length - 3 ? [{ label: month.slice(0, 4), x: tenth(n * step) }] : [];
  });
}
const WIDTH = 960;
const HEIGHT = 72;
const tenth = (n: number) => Math.round(n * 10) / 10;

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
