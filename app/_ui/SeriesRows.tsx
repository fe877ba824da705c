import type { SeriesLine } from '#db/queries/series';
import { timeOf } from '#mail/ids';
import { STATE } from '#patch/state';
import { nameOf, shortDate } from './format';
import { Columns } from './ThreadTable';
import { VerdictWord } from './VerdictWord';

/** Series, one a line, each with its state. */
export function SeriesRows({ lines }: { lines: SeriesLine[] }) {
  return (
    <>
      <Columns names={['Series', 'Author', 'Reviewed', 'What became of it', 'Posted']} kind="series" />
      <ol className="threads series">
        {lines.map((line) => (
          <li key={line.id}>
            <a href={`/series/${line.id}/`}>
              <bdi>{line.title}</bdi>
            </a>
            <bdi>{nameOf(line.author, line.address)}</bdi>
            <b>
              {line.reviewed} <small>of {line.patches}</small>
            </b>
            <span>
              <VerdictWord {...line} />
              {line.status === STATE.waiting ? (
                <small>
                  {' '}
                  for <bdi>{nameOf(line.addressee, null)}</bdi>
                </small>
              ) : null}
            </span>
            <time>{shortDate(timeOf(line.posted_id))}</time>
          </li>
        ))}
      </ol>
    </>
  );
}
