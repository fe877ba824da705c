import type { ReactNode } from 'react';
import { escapeText, markupOf } from '../_web/markup';
import { authorTime, dateNoteText, isoTime, nameOf, shortTime } from './format';
import { isGap, withGaps, yearsOf } from './gaps';
import { personHref } from './links';

/** A name from a mail, isolated so that its writing direction does not change the text around it. */
export function Name({
  name,
  address,
  person = null,
}: {
  name: string | null;
  address: string | null;
  /** person.slug, if the name links to their page. */
  person?: string | null;
}) {
  const own = <bdi className="name">{nameOf(name, address)}</bdi>;
  return person === null ? own : <a href={personHref(person)}>{own}</a>;
}

/** A button that copies; it is hidden without JavaScript. */
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

/** Bars of counts by month: one path for all bars, and a link for each month that has mails. */
export function MonthBars({
  months,
  hrefOf,
  label,
  yearHref,
}: {
  months: readonly MonthCount[];
  hrefOf: (month: string) => string;
  /** What the name of a year links to, if anything. */
  yearHref?: (year: string) => string;
  label: string;
}) {
  if (months.length < 2) return null;
  const shown = withGaps(fillMonths(months), ({ messages }) => messages === 0, GAP.months);
  const gaps = shown.filter(isGap).length;
  const step = (WIDTH - gaps * GAP.width) / (shown.length - gaps);
  let [at, isAfterGap] = [0, true];
  const cells: Cell[] = [];
  const left: { x: number; from: string; to: string; count: number }[] = [];
  for (const one of shown) {
    if (isGap(one)) left.push({ x: at, from: one.first.month, to: one.last.month, count: one.count });
    else cells.push({ ...one, x: at, isFirst: isAfterGap });
    isAfterGap = isGap(one);
    at += isGap(one) ? GAP.width : step;
  }
  const labels = labelsOf(cells, step, gaps > 0);
  const few = Math.ceil(labels.length / 4);
  const rest = (
    <>
      {left.map(({ x, from, to, count }) => (
        <g key={from} className="gap">
          <title>{`No mail from ${from} to ${to}`}</title>
          <rect x={tenth(x + 4)} width={GAP.width - 8} height={HEIGHT} />
          <text className="when" x={tenth(x + GAP.width / 2)} y={HEIGHT - 8}>
            {yearsOf(count)}
          </text>
        </g>
      ))}
      {labels.map(({ label, x }, n) => {
        const text = (
          <text key={label} x={x} y={HEIGHT + 13} className={n % few ? undefined : 'few'}>
            {label}
          </text>
        );
        return yearHref && label.length === 4 ? (
          <a key={label} href={yearHref(label)}>
            {text}
          </a>
        ) : (
          text
        );
      })}
    </>
  );
  return (
    <svg
      className="bars"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`}
      role="group"
      aria-label={label}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: escaped in barsOf; as elements, the months of twenty years took longer than all else on a page of results
      dangerouslySetInnerHTML={{ __html: barsOf(cells, step, hrefOf) + markupOf(rest) }}
    />
  );
}

/** A link for each month with mails, and one path for all bars. */
function barsOf(cells: Cell[], step: number, hrefOf: (month: string) => string): string {
  const most = Math.max(...cells.map(({ messages }) => messages));
  const [width, thick] = [written(step), written(step * 0.84)];
  let [links, bars] = ['', ''];
  for (const { month, messages, x } of cells) {
    if (!messages) continue;
    const height = written(Math.max(1, (messages / most) * HEIGHT));
    links += `<a href="${escapeText(hrefOf(month))}"><title>${escapeText(month)}: ${messages}</title><rect x="${written(x)}" width="${width}" height="${HEIGHT}"></rect></a>`;
    bars += `M${written(x + 0.08 * step)} ${HEIGHT}v-${height}h${thick}V${HEIGHT}`;
  }
  return `${links}<path d="${bars}"></path>`;
}

/** A positive number with one decimal at most. V8 takes several times as long to write a fraction as two whole numbers. */
function written(n: number): string {
  const tenths = Math.round(n * 10);
  const rest = tenths % 10;
  return rest ? `${(tenths - rest) / 10}.${rest}` : String(tenths / 10);
}

/** A chart of up to so many months names months; a longer one names years. */
const FEW_MONTHS = 24;

/** The labels below the bars. A phone shows only some of them. */
function labelsOf(cells: Cell[], step: number, isBroken: boolean): { label: string; x: number }[] {
  const areFew = cells.length <= FEW_MONTHS && !isBroken;
  const every = Math.ceil(cells.length / 8);
  const labels: { label: string; x: number }[] = [];
  for (const [n, { month, x, isFirst }] of cells.entries()) {
    const isNamed = areFew ? n % every === 0 : month.endsWith('-01') || isFirst;
    const label = areFew ? month : month.slice(0, 4);
    const before = labels.at(-1);
    const isFree = !before || x - before.x > LABEL;
    if (isNamed && isFree && x + label.length * DIGIT <= WIDTH)
      labels.push({ label, x: tenth(areFew ? x + 0.08 * step : x) });
  }
  return labels;
}
interface MonthCount {
  month: string;
  messages: number;
}
interface Cell extends MonthCount {
  x: number;
  /** It is the first, or follows a gap. */
  isFirst: boolean;
}
/** A run of at least so many empty months is left out; the gap takes `width`. */
const GAP = { months: 12, width: 72 };
/** Least distance between labels, and the width of a digit. */
const LABEL = 36;
const DIGIT = 7.5;
const WIDTH = 960;
const HEIGHT = 72;
const tenth = (n: number) => Math.round(n * 10) / 10;

/** Longest run of months that is drawn; older ones are left out. */
const MAX_MONTHS = 480;

/** Every month between the first and the last, empty ones included. */
function fillMonths(months: readonly MonthCount[]): MonthCount[] {
  const counts = new Map(months.map(({ month, messages }) => [month, messages]));
  const last = months[months.length - 1]?.month ?? '';
  const filled: MonthCount[] = [];
  const [year = 0, month = 1] = (months[0]?.month ?? '').split('-').map(Number);
  for (let n = year * 12 + month - 1, name = ''; name !== last && filled.length < 4000; n++) {
    name = `${String(Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}`;
    filled.push({ month: name, messages: counts.get(name) ?? 0 });
  }
  return filled.slice(-MAX_MONTHS);
}
