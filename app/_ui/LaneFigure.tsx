import { scaleUtc } from 'd3-scale';
import type { ReactNode } from 'react';
import { monthLabel, shortDate, tickLabel } from './format';

/** The size at which the picture is drawn, whatever the page's. A lane is as high as a link target must be. */
export const WIDTH = 832;
const ROW = 24;
/** Half of the axis' longest label. */
const EDGE = 30;

/** Middle of a lane. */
export const laneY = (lane: number) => lane * ROW + ROW / 2;
export const tenth = (n: number) => Math.round(n * 10) / 10;

/** Width of a silence that is left out, and how long it must be: in seconds, and as a part of the whole. */
const BREAK = { width: 56, seconds: 366 * 86_400, part: 0.2 };
/** Least distance between labels. */
const LABEL = 60;
const MONTH = 31 * 86_400;

export interface LaneAxis {
  /** The place of a moment (Unix seconds). */
  at(seconds: number): number;
  ticks: { x: number; label: string }[];
  /** Silences that are left out: the middle of each on the axis, its start and its end. */
  breaks: { x: number; from: number; to: number }[];
}

/** An axis from the first to the last of these moments (Unix seconds; at least two must differ). Long silences are shortened. */
export function laneAxis(moments: number[]): LaneAxis {
  const times = moments.toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const silences = times.flatMap((from, n) => {
    const to = times[n + 1] ?? from;
    return to - from > Math.max(BREAK.seconds, (last - first) * BREAK.part) ? [{ from, to }] : [];
  });
  const drawn = last - first - silences.reduce((sum, { from, to }) => sum + to - from, 0);
  const room = WIDTH - 2 * EDGE - BREAK.width * silences.length;
  const [domain, range] = [[first], [EDGE]];
  for (const { from, to } of silences) {
    const x =
      (range.at(-1) ?? 0) + (drawn ? ((from - (domain.at(-1) ?? 0)) / drawn) * room : room / (silences.length + 1));
    domain.push(from, to);
    range.push(x, x + BREAK.width);
  }
  domain.push(last);
  range.push(WIDTH - EDGE);
  const scale = scaleUtc(
    domain.map((at) => at * 1000),
    range,
  );
  const ticks: LaneAxis['ticks'] = [];
  for (let n = 0; n < domain.length; n += 2) {
    const [from = 0, to = 0, left = 0, right = 0] = [domain[n], domain[n + 1], range[n], range[n + 1]];
    const add = (x: number, label: string) =>
      x - (ticks.at(-1)?.x ?? -LABEL) >= LABEL && ticks.push({ x: tenth(x), label });
    const count = Math.max(1, Math.round(((right - left) / WIDTH) * 6));
    const some = scaleUtc([from * 1000, to * 1000], [left, right]).ticks(count);
    // Beside a silence of years an hour, a day or a month tells nothing without its year.
    if (silences.length && to - from < MONTH) add((left + right) / 2, monthLabel(from));
    else
      for (const tick of some)
        add(scale(tick), silences.length && tick.getUTCMonth() ? monthLabel(tick.getTime() / 1000) : tickLabel(tick));
  }
  const breaks = silences.map(({ from, to }) => ({ x: tenth((scale(from * 1000) + scale(to * 1000)) / 2), from, to }));
  return { at: (seconds) => tenth(scale(seconds * 1000)), ticks, breaks };
}

export interface LaneName {
  label: string;
  /** Where the name links to; null if it is no link. */
  href: string | null;
}

/**
 * Lanes over a time axis. The names are beside the picture, not in it, so that they stay in place when it is scrolled. Each name is as
 * high as its lane.
 */
export function LaneFigure({
  id,
  title,
  description,
  names,
  axis,
  caption,
  children,
}: {
  id: string;
  title: string;
  description?: string;
  names: LaneName[];
  axis: LaneAxis;
  caption?: ReactNode;
  children: ReactNode;
}) {
  const bottom = names.length * ROW;
  const { ticks, breaks } = axis;
  return (
    <figure className="picture lanes">
      <ul className="names">
        {names.map(({ label, href }, n) => (
          <li key={n}>{href === null ? <bdi>{label}</bdi> : <a href={href}>{label}</a>}</li>
        ))}
      </ul>
      <div className="scroll">
        <svg
          viewBox={`0 0 ${WIDTH} ${bottom + ROW}`}
          role="group"
          aria-labelledby={id}
          aria-describedby={description && `${id}-d`}
        >
          <title id={id}>{title}</title>
          {description ? <desc id={`${id}-d`}>{description}</desc> : null}
          <path className="grid" d={names.map((_, n) => `M0 ${laneY(n)}H${WIDTH}`).join('')} />
          <path className="grid" d={ticks.map(({ x }) => `M${x} 0V${bottom}`).join('')} />
          {ticks.map(({ x, label }) => (
            <text key={x} className="when" x={x} y={bottom + 15}>
              {label}
            </text>
          ))}
          {breaks.map(({ x, from, to }) => (
            <g key={x} className="gap">
              <title>{`No mail from ${shortDate(from)} to ${shortDate(to)}`}</title>
              <rect x={x - 12} width={24} height={bottom} />
              <text className="when" x={x} y={bottom - 4}>
                …
              </text>
            </g>
          ))}
          {children}
        </svg>
      </div>
      {caption || breaks.length ? (
        <figcaption>
          {caption}
          {breaks.length ? ' "…" marks a silence of more than a year that is left out.' : null}
        </figcaption>
      ) : null}
    </figure>
  );
}
