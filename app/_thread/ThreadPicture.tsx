import type { ThreadRow } from '#db/queries/thread';
import { FLAG } from '#mail/flags';
import { nameOf, plural, shortDate, shortTime } from '../_ui/format';
import { LaneFigure, type LaneName, laneAxis, laneY, tenth } from '../_ui/LaneFigure';
import { personHref } from '../_ui/links';

/** Most lanes; those who wrote least share the last. */
const MAX_LANES = 18;
/** A picture of more marks than this would be a smear and a megabyte. */
const MAX_MARKS = 1500;

/** A lane; one that several people share has no link. */
interface Lane extends LaneName {
  people: Set<number>;
  messages: number;
}

/** Who wrote when and answered whom: participants as lanes over time, replies as arcs, patches as squares; each mark links to its mail. */
export function ThreadPicture({
  rows,
  hrefOf,
  lanes: most = MAX_LANES,
}: {
  rows: ThreadRow[];
  hrefOf: (row: ThreadRow) => string;
  /** Most lanes. */
  lanes?: number;
}) {
  const mails = rows.filter((row) => row.ghost === null).slice(0, MAX_MARKS);
  const first = Math.min(...mails.map((row) => row.sent_at));
  const last = Math.max(...mails.map((row) => row.sent_at));
  if (mails.length < 3 || first === last) return null;
  const lanes = lanesOf(mails, most);
  const axis = laneAxis(mails.map((row) => row.sent_at));
  const at = new Map(mails.map((row) => [row.position, { x: axis.at(row.sent_at), y: laneY(laneOf(lanes, row)) }]));
  return (
    <LaneFigure
      id="picture-title"
      title="Who wrote when"
      description={describe(lanes, mails, first, last)}
      names={lanes}
      axis={axis}
      caption={
        <>
          A dot is a mail; its arc leads to the mail that it answers
          {mails.some((row) => row.flags & FLAG.patch) ? '; a square is a patch' : ''}
          {mails.some((row) => row.gives) ? '; a ringed dot gives Reviewed-by, Acked-by or a similar tag' : ''}.
        </>
      }
    >
      {mails.map((row) => {
        const from = row.parent === null ? undefined : at.get(row.parent);
        const to = at.get(row.position);
        return from && to ? <path key={row.position} className="arc" d={arc(from, to)} /> : null;
      })}
      {mails.map((row) => {
        const point = at.get(row.position) ?? { x: 0, y: 0 };
        return (
          <a key={row.position} href={hrefOf(row)}>
            <title>{`${nameOf(row.author, row.address)}, ${shortTime(row.sent_at)} UTC: ${row.gives ? `${row.gives.replaceAll(',', ', ')}. ` : ''}${row.subject}`}</title>
            {row.flags & FLAG.patch ? (
              <rect className="mail patch" x={point.x - 4} y={point.y - 4} width={8} height={8} />
            ) : (
              <circle
                className={row.gives ? 'mail gives' : 'mail'}
                cx={point.x}
                cy={point.y}
                r={row.depth === 0 ? 5 : 3.5}
              />
            )}
          </a>
        );
      })}
    </LaneFigure>
  );
}

function lanesOf(mails: ThreadRow[], most: number): Lane[] {
  const lanes = new Map<number, Lane>();
  for (const row of mails) {
    const key = row.person_id ?? -row.author_id;
    const lane = lanes.get(key) ?? {
      label: nameOf(row.author, row.address),
      href: row.person === null ? null : personHref(row.person),
      people: new Set([key]),
      messages: 0,
    };
    lane.messages++;
    lanes.set(key, lane);
  }
  const all = [...lanes.values()];
  if (all.length <= most) return all;
  const busiest = new Set([...all].sort((a, b) => b.messages - a.messages).slice(0, most - 1));
  const rest = all.filter((lane) => !busiest.has(lane));
  const shared: Lane = {
    label: `${rest.length} others`,
    href: null,
    people: new Set(rest.flatMap((lane) => [...lane.people])),
    messages: rest.reduce((sum, lane) => sum + lane.messages, 0),
  };
  return [...all.filter((lane) => busiest.has(lane)), shared];
}

const laneOf = (lanes: Lane[], row: ThreadRow) =>
  lanes.findIndex(({ people }) => people.has(row.person_id ?? -row.author_id));

/** A curve from the mail that was answered to the answer. */
function arc(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const middle = tenth((from.x + to.x) / 2);
  if (from.y === to.y)
    return `M${from.x},${from.y}Q${middle},${from.y - Math.min(12, 4 + (to.x - from.x) / 8)} ${to.x},${to.y}`;
  return `M${from.x},${from.y}C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
}

function describe(lanes: Lane[], mails: ThreadRow[], first: number, last: number): string {
  const busiest = [...lanes].sort((a, b) => b.messages - a.messages).slice(0, 3);
  return `${plural(mails.length, 'message')} from ${shortDate(first)} to ${shortDate(last)}; most by ${busiest.map((lane) => `${lane.label} (${lane.messages})`).join(', ')}.`;
}
