import { scaleLinear } from 'd3-scale';
import { isGap, withGaps, yearsOf } from './gaps';

const WIDTH = 960;
const HEIGHT = 180;
const LEFT = 40;
/** Width of a digit of the labels, in the widest of our fonts. */
const DIGIT = 7.5;

export interface Stack {
  label: string;
  href: string;
  /** Counts in the order of the classes. */
  parts: number[];
  /** Number of the peak, if it is one. */
  peak?: number;
}

/** Bars stacked by colour, one for each month or year; A bar links to its mails; a number above a bar is its number in the list of peaks. Empty bars have no link. */
export function Stacks({
  id,
  title,
  description,
  stacks,
  classes,
  names,
}: {
  id: string;
  title: string;
  description: string;
  stacks: Stack[];
  classes: string[];
  names: string[];
}) {
  if (stacks.length < 2) return null;
  const totals = stacks.map(({ parts }) => parts.reduce((sum, n) => sum + n, 0));
  const y = scaleLinear([0, Math.max(1, ...totals)], [HEIGHT, 16]).nice(4);
  const { placed, left, step } = placesOf(stacks, totals);
  const labelled = labelledOf(placed);
  const few = Math.ceil(labelled.length / 4);
  return (
    <figure className="picture stacks">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 20}`} role="group" aria-labelledby={id} aria-describedby={`${id}-d`}>
        <title id={id}>{title}</title>
        <desc id={`${id}-d`}>{description}</desc>
        {y.ticks(4).map((tick) => (
          <g key={tick} className="tick">
            <line x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
            <text className="scale" x={LEFT - 6} y={y(tick) + 4}>
              {tick.toLocaleString('en-US')}
            </text>
          </g>
        ))}
        {placed.map(({ x, total, ...stack }) =>
          total ? (
            <a key={stack.label} href={stack.href}>
              <title>{wordsOf(stack, total, names)}</title>
              <rect className="hit" x={tenth(x)} y={0} width={tenth(step)} height={HEIGHT} />
              {segmentsOf(stack.parts).map(({ part, from, to }) => (
                <rect
                  key={part}
                  className={classes[part]}
                  x={tenth(x + step * 0.08)}
                  y={tenth(y(to))}
                  width={tenth(step * 0.84)}
                  height={tenth(y(from) - y(to))}
                />
              ))}
              {stack.peak ? (
                <text className="peak" x={tenth(x + 0.5 * step)} y={tenth(y(total) - 4)}>
                  {stack.peak}
                </text>
              ) : null}
            </a>
          ) : null,
        )}
        {left.map(({ x, first, last, years }) => (
          <g key={first} className="gap">
            <title>{`No mail from ${first} to ${last}`}</title>
            <rect x={tenth(x + 4)} y={16} width={GAP.width - 8} height={HEIGHT - 16} />
            <text className="when" x={tenth(x + GAP.width / 2)} y={HEIGHT - 8}>
              {years}
            </text>
          </g>
        ))}
        {labelled.map(({ label, x }, n) => (
          <text key={label} className={n % few || x > WIDTH - LEFT * 2 ? undefined : 'few'} x={x} y={HEIGHT + 14}>
            {label}
          </text>
        ))}
      </svg>
    </figure>
  );
}

/** Runs of at least so many empty years or months are left out; the gap takes `width`. */
const GAP = { years: 3, months: 12, width: 72 };

interface Placed extends Stack {
  x: number;
  total: number;
}

function placesOf(stacks: Stack[], totals: number[]) {
  const isYears = stacks[0]?.label.length === 4;
  const counted = stacks.map((stack, n) => ({ ...stack, total: totals[n] ?? 0 }));
  const shown = withGaps(counted, ({ total }) => total === 0, isYears ? GAP.years : GAP.months);
  const gaps = shown.filter(isGap).length;
  const step = (WIDTH - LEFT - gaps * GAP.width) / (shown.length - gaps);
  const placed: Placed[] = [];
  const left: { x: number; first: string; last: string; years: string }[] = [];
  let x = LEFT;
  for (const one of shown) {
    if (isGap(one))
      left.push({ x, first: one.first.label, last: one.last.label, years: yearsOf(one.count * (isYears ? 12 : 1)) });
    else placed.push({ ...one, x });
    x += isGap(one) ? GAP.width : step;
  }
  return { placed, left, step };
}

/** Labels for every n-th year, or for the first month of each; for every month if there are few. None is cut at the edge, or runs into the next. */
function labelledOf(placed: Placed[]): { label: string; x: number }[] {
  const every = Math.ceil(placed.length / 14);
  let free = 0;
  return placed.flatMap(({ label, x: at }, n) => {
    const year = label.slice(0, 4);
    const isFirst = placed[n - 1]?.label.slice(0, 4) !== year;
    const isNamed = label.length === 4 || every === 1 ? n % every === 0 : isFirst;
    const name = every > 1 || label.endsWith('-01') ? year : label;
    const x = tenth(at);
    const end = x + name.length * DIGIT;
    if (!isNamed || x < free || end > WIDTH) return [];
    free = end + DIGIT;
    return [{ label: name, x }];
  });
}

function segmentsOf(parts: number[]): { part: number; from: number; to: number }[] {
  let at = 0;
  return parts.flatMap((count, part) => {
    const from = at;
    at += count;
    return count ? [{ part, from, to: at }] : [];
  });
}

function wordsOf({ label, parts }: Stack, total: number, names: string[]): string {
  const counts = parts.flatMap((count, n) => (count ? [`${names[n]} ${count}`] : []));
  return `${label}: ${total}${counts.length ? ` (${counts.join(', ')})` : ''}`;
}

const tenth = (n: number) => Math.round(n * 10) / 10;
