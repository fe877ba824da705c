import { scaleUtc } from 'd3-scale';
import type { ReactNode } from 'react';
import { tickLabel } from './format';

/** Drawn at this size, whatever the page's: a lane is as high as the target that its name must be. */
export const WIDTH = 832;
const ROW = 24;
/** Half of the axis' longest label. */
const EDGE = 22;

/** Middle of a lane. */
export const laneY = (lane: number) => lane * ROW + ROW / 2;
export const tenth = (n: number) => Math.round(n * 10) / 10;

/** Places on the axis, both times in Unix seconds. */
export const timeAxis = (first: number, last: number) => scaleUtc([first * 1000, last * 1000], [EDGE, WIDTH - EDGE]);

export interface LaneName {
  label: string;
  /** Where the name leads; null where it leads nowhere. */
  href: string | null;
}

/**
 * Lanes over a time axis. The names stand beside the picture, not in it: where it is scrolled, they stay. Each takes its part of the
 * same height, so that a name is level with its lane.
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
  axis: ReturnType<typeof timeAxis>;
  caption?: ReactNode;
  children: ReactNode;
}) {
  const bottom = names.length * ROW;
  const ticks = axis.ticks(6);
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
          <path className="grid" d={ticks.map((tick) => `M${tenth(axis(tick))} 0V${bottom}`).join('')} />
          {ticks.map((tick) => (
            <text key={tick.getTime()} className="when" x={tenth(axis(tick))} y={bottom + 15}>
              {tickLabel(tick)}
            </text>
          ))}
          {children}
        </svg>
      </div>
      {caption ? <figcaption>{caption}</figcaption> : null}
    </figure>
  );
}
