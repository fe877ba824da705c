import { scaleUtc } from 'd3-scale';
import type { PatchLine, RevisionDetail } from '#db/queries/series';
import { isEndorsement } from '#mail/trailer';
import { shortDate, shortTime, tickLabel } from '../_lib/format';
import { anyHref } from '../_lib/links';
import { outcomeWords } from './words';

const WIDTH = 960;
const LEFT = 300;
const ROW = 18;
/** A picture of more lanes would not be one; what the newest version has comes first. */
const MAX_LANES = 18;

interface Mark {
  at: number;
  kind: 'posted' | 'review' | 'outcome';
  words: string;
  msgid: string;
}

/** A series as a picture: a lane for each patch, its versions as squares, reviews as dots, what became of it as diamonds. */
export function Timeline({ revisions }: { revisions: RevisionDetail[] }) {
  const all = lanesOf(revisions);
  const lanes = all.slice(0, MAX_LANES);
  const times = lanes.flatMap(({ marks }) => marks.map(({ at }) => at));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (times.length < 2 || first === last) return null;
  const x = scaleUtc([first * 1000, last * 1000], [LEFT + 8, WIDTH - 12]);
  const height = lanes.length * ROW + 8;
  return (
    <figure className="picture">
      <svg
        viewBox={`0 0 ${WIDTH} ${height + 20}`}
        role="group"
        aria-label={`${revisions.length} postings from ${shortDate(first)} to ${shortDate(last)}; each mark leads to its mail`}
      >
        {lanes.map((lane, n) => (
          <g key={lane.key}>
            <text className="who" x={LEFT - 8} y={n * ROW + 16}>
              {lane.title.length > 44 ? `${lane.title.slice(0, 43)}…` : lane.title}
            </text>
            <line className="lane" x1={LEFT} x2={WIDTH - 12} y1={n * ROW + 12} y2={n * ROW + 12} />
            {lane.marks.map((mark) => (
              <MarkShape
                key={`${mark.kind}${mark.msgid}${mark.words}`}
                mark={mark}
                x={tenth(x(mark.at * 1000))}
                y={n * ROW + 12}
              />
            ))}
          </g>
        ))}
        {x.ticks(6).map((tick) => (
          <g key={tick.getTime()} className="tick">
            <line x1={tenth(x(tick))} x2={tenth(x(tick))} y1={4} y2={height} />
            <text x={tenth(x(tick))} y={height + 14}>
              {tickLabel(tick)}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>
        A square is a patch of a version, a dot a review, a diamond what became of it
        {all.length > lanes.length ? `; ${all.length - lanes.length} patches of older versions are not drawn` : ''}.
      </figcaption>
    </figure>
  );
}

function MarkShape({ mark, x, y }: { mark: Mark; x: number; y: number }) {
  return (
    <a href={anyHref(mark.msgid)}>
      <title>{`${mark.words}, ${shortTime(mark.at)} UTC`}</title>
      {mark.kind === 'posted' ? <rect className="mail patch" x={x - 4} y={y - 4} width={8} height={8} /> : null}
      {mark.kind === 'review' ? <circle className="mail" cx={x} cy={y} r={3} /> : null}
      {mark.kind === 'outcome' ? <path className="mail" d={`M${x} ${y - 6}l6 6l-6 6l-6 -6z`} /> : null}
    </a>
  );
}

interface Lane {
  key: string;
  title: string;
  marks: Mark[];
}

const tenth = (n: number) => Math.round(n * 10) / 10;

/** Patches of one title share a lane; those of the newest version stand above. */
function lanesOf(revisions: RevisionDetail[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const revision of revisions.toReversed()) {
    for (const patch of revision.patches) {
      const key = `${patch.isCover} ${patch.titleKey}`;
      const lane = lanes.get(key) ?? {
        key,
        title: patch.isCover ? `0/${revision.total ?? ''} ${patch.title}` : patch.title,
        marks: [],
      };
      lane.marks.push(
        ...marksOf(patch, `v${revision.number}${revision.part}${revision.isResend ? ' sent again' : ''}`),
      );
      lanes.set(key, lane);
    }
  }
  return [...lanes.values()];
}

function marksOf(patch: PatchLine, version: string): Mark[] {
  const marks: Mark[] = [{ at: patch.id / 8, kind: 'posted', words: version, msgid: patch.msgid }];
  for (const trailer of patch.trailers) {
    if (trailer.forAll || trailer.message_id === patch.id || !isEndorsement(trailer.key)) continue;
    marks.push({
      at: trailer.message_id / 8,
      kind: 'review',
      words: `${trailer.key}: ${trailer.name || trailer.address}`,
      msgid: trailer.msgid,
    });
  }
  for (const outcome of patch.outcomes) {
    if (outcome.msgid)
      marks.push({ at: outcome.evidence_id / 8, kind: 'outcome', words: outcomeWords(outcome), msgid: outcome.msgid });
  }
  return marks;
}
