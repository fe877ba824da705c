import type { PatchLine, RevisionDetail } from '#db/queries/series';
import { isEndorsement } from '#patch/trailer';
import { shortDate, shortTime } from '../_ui/format';
import { LaneFigure, laneY, tenth, timeAxis } from '../_ui/LaneFigure';
import { anyHref } from '../_ui/links';
import { outcomeWords } from './words';

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
  const axis = timeAxis(first, last);
  return (
    <LaneFigure
      id="picture-title"
      title={`${revisions.length} postings from ${shortDate(first)} to ${shortDate(last)}; each mark leads to its mail`}
      names={lanes.map(({ title }) => ({ label: title, href: null }))}
      axis={axis}
      caption={
        <>
          A square is a patch of a version, a dot a review, a diamond what became of it
          {all.length > lanes.length ? `; ${all.length - lanes.length} patches of older versions are not drawn` : ''}.
        </>
      }
    >
      {lanes.flatMap((lane, n) =>
        lane.marks.map((mark) => (
          <MarkShape
            key={`${lane.key}${mark.kind}${mark.msgid}${mark.words}`}
            mark={mark}
            x={tenth(axis(mark.at * 1000))}
            y={laneY(n)}
          />
        )),
      )}
    </LaneFigure>
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
