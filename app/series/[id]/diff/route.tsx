import type { RevisionDetail } from '#db/queries/revisions';
import { readSeries, type SeriesDetail } from '#db/queries/series';
import { readComparison, revisionOfNumber } from '#db/queries/seriesdiff';
import type { RangeLine, RangePair } from '#patch/rangediff';
import { Later, notFound, page, problem } from '../../../_page/page';
import { frameOf } from '../../../_page/sections';
import { Document } from '../../../_ui/Document';
import { shortDate } from '../../../_ui/format';
import { compare } from '../../../_worker/compare';

const STATUS: Record<string, string> = {
  same: 'unchanged',
  reworded: 'only the message changed',
  changed: 'changed',
  added: 'new',
  dropped: 'dropped',
};

/** `/series/{id}/diff/?from=1&to=2`: what changed between two versions; `from` and `to` are version numbers, or ids of revisions. */
export const GET = page(async ({ parts, query, db }) => {
  const series = /^\d{1,15}$/.test(parts[1] ?? '') ? await readSeries(db, Number(parts[1])) : null;
  if (!series) return notFound('This series', '');
  const newest = series.all.at(-1) as RevisionDetail;
  const to = query.has('to') ? named(series, query.get('to')) : newest;
  const from = query.has('from') ? named(series, query.get('from')) : series.all.find((one) => one.id === to?.previous);
  if (!from || !to)
    return problem(400, 'There is no such version', 'from and to must be version numbers of this series.');
  const compared = await readComparison(db, from.id, to.id);
  if (!compared)
    return problem(413, 'These versions are too long to compare', 'Each of their patches has its own page.');
  const frame = await frameOf(db);
  return new Later(async () => {
    const found = await compare(compared);
    return <Diff series={series} from={from} to={to} {...found} frame={frame} />;
  });
});

function Diff({
  series,
  from,
  to,
  cover,
  patches,
  combined,
  frame,
}: {
  series: SeriesDetail;
  from: RevisionDetail;
  to: RevisionDetail;
  cover: RangePair | null;
  patches: RangePair[];
  combined: RangeLine[];
  frame: Awaited<ReturnType<typeof frameOf>>;
}) {
  return (
    <Document
      {...frame}
      at="/series/"
      title={`${series.title}: v${from.number}${from.part} to v${to.number}${to.part} · Threadline`}
    >
      <h1>
        <bdi>{series.title}</bdi>{' '}
        <small>
          v{from.number}
          {from.part} to v{to.number}
          {to.part}
        </small>
      </h1>
      <p>
        <a href={`/series/${series.id}/`}>The series</a>
      </p>
      <Choice series={series} from={from} to={to} />
      <Others series={series} from={from} to={to} />
      {cover ? <PairSection pair={cover} label="Cover letter" /> : null}
      {patches.map((pair) => (
        <PairSection key={`${pair.old?.id} ${pair.new?.id}`} pair={pair} label={null} />
      ))}
      {combined.length ? (
        <section>
          <h2>The whole change</h2>
          <p className="about">
            No patch of one version matches a patch of the other, so all patches are compared together, file by file.
          </p>
          <Lines lines={combined} label="What it does" />
        </section>
      ) : null}
    </Document>
  );
}

function named(series: SeriesDetail, value: string | null): RevisionDetail | null {
  if (!/^\d{1,15}$/.test(value ?? '')) return null;
  return revisionOfNumber(series.all, Number(value)) ?? series.all.find((one) => one.id === Number(value)) ?? null;
}

/** Any two versions can be compared. */
function Choice({ series, from, to }: { series: SeriesDetail; from: RevisionDetail; to: RevisionDetail }) {
  const options = series.all.map((one) => (
    <option key={one.id} value={one.id}>
      v{one.number}
      {one.part}
      {one.isResend ? ', sent again' : ''}, {shortDate(one.sentAt)}
    </option>
  ));
  return (
    <form className="filter">
      <label>
        From{' '}
        <select name="from" defaultValue={from.id}>
          {options}
        </select>
      </label>{' '}
      <label>
        to{' '}
        <select name="to" defaultValue={to.id}>
          {options}
        </select>
      </label>{' '}
      <button type="submit">Compare</button>
    </form>
  );
}

/** Links that compare this version with every other. */
function Others({ series, from, to }: { series: SeriesDetail; from: RevisionDetail; to: RevisionDetail }) {
  const others = series.all.filter((one) => one !== to && one !== from);
  if (!others.length) return null;
  return (
    <p className="facts">
      Compare v{to.number}
      {to.part} with{' '}
      {others.map((one, n) => (
        <span key={one.id}>
          {n ? ', ' : ''}
          <a href={`/series/${series.id}/diff/?from=${one.id}&to=${to.id}`}>
            v{one.number}
            {one.part}
          </a>
        </span>
      ))}
    </p>
  );
}

function PairSection({ pair, label }: { pair: RangePair; label: string | null }) {
  const patch = pair.new ?? pair.old;
  const places = [pair.old?.position ?? '–', pair.new?.position ?? '–'].join(' → ');
  return (
    <section>
      <h2>
        <bdi>{label ?? patch?.title}</bdi>{' '}
        <small>
          {label ? '' : `${places}, `}
          {STATUS[pair.status]}
          {pair.isMoved ? ', moved' : ''}
        </small>
      </h2>
      {pair.old && pair.new && pair.old.title !== pair.new.title && !label ? (
        <p className="about">
          was <bdi>{pair.old.title}</bdi>
        </p>
      ) : null}
      <Lines lines={pair.message} label="What it says" />
      <Lines lines={pair.diff} label="What it does" />
    </section>
  );
}

const MARKS = { same: ' ', old: '-', new: '+', skip: '' };
const CLASSES = { same: undefined, old: 'de', new: 'ad', skip: 'hk' };

function Lines({ lines, label }: { lines: RangeLine[]; label: string }) {
  if (!lines.length) return null;
  return (
    <>
      <h3>{label}</h3>
      <div className="body" dir="ltr">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a tab stop, so that the keyboard can scroll it */}
        <div className="df" tabIndex={0} role="group" aria-label={label}>
          {lines.map((line, n) => (
            <div key={n} className={CLASSES[line.kind]}>
              {line.kind === 'skip' ? '⋯' : `${MARKS[line.kind]} ${line.text}`}
            </div>
          ))}
        </div>
      </div>
    </>
  );
}
