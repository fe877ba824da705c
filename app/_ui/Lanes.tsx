import { LaneFigure, laneAxis, laneY, tenth, WIDTH } from './LaneFigure';

/** Most width of a letter beside a lane, and the distance of the words from the mark. */
const LETTER = 7.2;
const BESIDE = 10;

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
  /** Words after the last mark. */
  end?: string;
}

/** Lanes over one time axis, each from its first mark to its last; every mark links to its mails. */
export function Lanes({ id, title, lines }: { id: string; title: string; lines: LaneLine[] }) {
  const times = lines.flatMap(({ marks }) => marks.map(({ at }) => at));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (!times.length) return null;
  if (first === last) return <LaneNames lines={lines} />;
  const axis = laneAxis(times);
  const place = axis.at;
  const most = Math.max(...lines.flatMap(({ marks }) => marks.map(({ weight = 1 }) => weight)));
  return (
    <LaneFigure id={id} title={title} names={lines} axis={axis}>
      {lines.map(({ href, colour, marks, end }, n) => {
        const y = laneY(n);
        const at = marks.map((mark) => mark.at);
        const [from, to] = [place(Math.min(...at)), place(Math.max(...at))];
        return (
          <g key={href} className={colour}>
            <line className="span" x1={from} x2={to} y1={y} y2={y} />
            {marks.map((mark) => (
              <a key={`${mark.at} ${mark.href}`} href={mark.href}>
                <title>{mark.words}</title>
                {mark.shape === 'square' ? (
                  <rect className="dot" x={tenth(place(mark.at) - 4)} y={y - 4} width={8} height={8} />
                ) : (
                  <circle className="dot" cx={place(mark.at)} cy={y} r={radius(mark.weight ?? 1, most)} />
                )}
              </a>
            ))}
            <EndWords words={end} from={from} to={to} y={y + 4} />
          </g>
        );
      })}
    </LaneFigure>
  );
}

/** Words after the last mark, or before the first if there is no room; never cut off. */
function EndWords({ words, from, to, y }: { words: string | undefined; from: number; to: number; y: number }) {
  if (!words) return null;
  const width = words.length * LETTER + BESIDE;
  if (to + width <= WIDTH)
    return (
      <text x={tenth(to + BESIDE)} y={y}>
        {words}
      </text>
    );
  if (from < width) return null;
  return (
    <text className="scale" x={tenth(from - BESIDE)} y={y}>
      {words}
    </text>
  );
}

/** Only the names, if all marks are at one moment. */
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

/** The area is proportional to the count. */
const radius = (weight: number, most: number) => Math.round((2 + 6 * Math.sqrt(weight / Math.max(1, most))) * 10) / 10;
