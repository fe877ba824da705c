import { scaleUtc } from 'd3-scale';
import { tickLabel } from '../_lib/format';

const WIDTH = 960;
const LEFT = 260;
/** What of a label fits beside the lanes, in the widest of our fonts. */
const LABEL = 34;
const ROW = 20;

export interface LaneMark {
  /** Unix seconds. */
  at: number;
  words: string;
  href: string;
  /** Area of the mark, in mails. */
  weight?: number;
  shape?: 'dot' | 'square';
}

export interface LaneLine {
  label: string;
  href: string;
  /** Class of its colour. */
  colour?: string;
  marks: LaneMark[];
  /** Behind the last mark. */
  end?: string;
}

/** Lanes over one time axis, each from its first mark to its last; every mark leads to its mails. */
export function Lanes({ id, title, lines }: { id: string; title: string; lines: LaneLine[] }) {
  const times = lines.flatMap(({ marks }) => marks.map(({ at }) => at));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (!times.length) return null;
  if (first === last) return <LaneNames lines={lines} />;
  const x = scaleUtc([first * 1000, last * 1000], [LEFT + 8, WIDTH - 14]);
  const place = (at: number) => tenth(x(at * 1000));
  const most = Math.max(...lines.flatMap(({ marks }) => marks.map(({ weight = 1 }) => weight)));
  const height = lines.length * ROW + 6;
  return (
    <figure className="picture lanes">
      <svg viewBox={`0 0 ${WIDTH} ${height + 18}`} role="group" aria-labelledby={id}>
        <title id={id}>{title}</title>
        {x.ticks(6).map((tick) => (
          <g key={tick.getTime()} className="tick">
            <line x1={tenth(x(tick))} x2={tenth(x(tick))} y1={2} y2={height} />
            <text x={tenth(x(tick))} y={height + 13}>
              {tickLabel(tick)}
            </text>
          </g>
        ))}
        {lines.map(({ label, href, colour, marks, end }, n) => {
          const y = n * ROW + 12;
          const at = marks.map((mark) => mark.at);
          const [from, to] = [place(Math.min(...at)), place(Math.max(...at))];
          return (
            <g key={href} className={colour}>
              <a href={href}>
                <text className="who" x={LEFT - 8} y={y + 4}>
                  {label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label}
                </text>
              </a>
              <line className="span" x1={from} x2={to} y1={y} y2={y} />
              {marks.map((mark) => (
                <a key={`${mark.at} ${mark.href}`} href={mark.href}>
                  <title>{mark.words}</title>
                  {mark.shape === 'square' ? (
                    <rect className="dot" x={place(mark.at) - 4} y={y - 4} width={8} height={8} />
                  ) : (
                    <circle className="dot" cx={place(mark.at)} cy={y} r={radius(mark.weight ?? 1, most)} />
                  )}
                </a>
              ))}
              {end && to < WIDTH - 120 ? (
                <text className="end" x={to + 10} y={y + 4}>
                  {end}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** Where there is no time to draw, the names alone. */
function LaneNames({ lines }: { lines: LaneLine[] }) {
  return (
    <ul className="systems">
      {lines.map(({ label, href }) => (
        <li key={href}>
          <a href={href}>{label}</a>
        </li>
      ))}
    </ul>
  );
}

const tenth = (n: number) => Math.round(n * 10) / 10;

/** The area tells the count. */
const radius = (weight: number, most: number) => Math.round((2 + 6 * Math.sqrt(weight / Math.max(1, most))) * 10) / 10;
