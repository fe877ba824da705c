import { scaleLinear } from 'd3-scale';

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
  /** Number of the peak, where it is one. */
  peak?: number;
}

/** Bars stacked by colour, one for each month or year; a bar leads to its mails, a number above one to the list of peaks. Nothing leads to where there are none. */
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
  const step = (WIDTH - LEFT) / stacks.length;
  const labelled = labelledOf(stacks, step);
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
        {stacks.map((stack, n) =>
          totals[n] ? (
            <a key={stack.label} href={stack.href}>
              <title>{wordsOf(stack, totals[n] ?? 0, names)}</title>
              <rect className="hit" x={tenth(LEFT + n * step)} y={0} width={tenth(step)} height={HEIGHT} />
              {segmentsOf(stack.parts).map(({ part, from, to }) => (
                <rect
                  key={part}
                  className={classes[part]}
                  x={tenth(LEFT + n * step + step * 0.08)}
                  y={tenth(y(to))}
                  width={tenth(step * 0.84)}
                  height={tenth(y(from) - y(to))}
                />
              ))}
              {stack.peak ? (
                <text className="peak" x={tenth(LEFT + (n + 0.5) * step)} y={tenth(y(totals[n] ?? 0) - 4)}>
                  {stack.peak}
                </text>
              ) : null}
            </a>
          ) : null,
        )}
        {labelled.map(({ label, x }, n) => (
          <text key={label} className={n % few ? undefined : 'few'} x={x} y={HEIGHT + 14}>
            {label}
          </text>
        ))}
      </svg>
    </figure>
  );
}

/** Of years every so many; of months the Januaries where there are several years, else every so many. None is cut at the edge. */
function labelledOf(stacks: Stack[], step: number): { label: string; x: number }[] {
  const every = Math.ceil(stacks.length / 14);
  return stacks.flatMap(({ label }, n) => {
    const isNamed = label.length === 4 || every === 1 ? n % every === 0 : label.endsWith('-01');
    const name = label.endsWith('-01') ? label.slice(0, 4) : label;
    const x = tenth(LEFT + n * step);
    return isNamed && x + name.length * DIGIT <= WIDTH ? [{ label: name, x }] : [];
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
  const told = parts.flatMap((count, n) => (count ? [`${names[n]} ${count}`] : []));
  return `${label}: ${total}${told.length ? ` (${told.join(', ')})` : ''}`;
}

const tenth = (n: number) => Math.round(n * 10) / 10;
