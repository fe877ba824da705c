import type { Ending, ThreadCase } from '#db/queries/threadcase';
import { timeOf } from '#mail/ids';
import { Proof, sayingHref } from './Case';
import { plural, shortDate } from './format';
import { statusClass } from './state';
import { verdictWords } from './VerdictWord';

/** Above a thread that begins with no patch: how it ended, what shows that it is a report, what was asked, and who answered first. */
export function ThreadCaseHead({ found, messages }: { found: ThreadCase; messages: number }) {
  const { kind, report, asked, answer, answerers, ending, confirmed } = found;
  if (ending.how === 'silent' && messages === 1 && kind !== 'report') return null;
  return (
    <>
      <p className="verdict">
        {kind === 'announcement' && ending.how === 'silent' ? (
          'An announcement.'
        ) : (
          <End ending={ending} last={found.last_id} />
        )}
        {confirmed ? (
          <>
            {ending.how === 'silent' ? ' ' : '. '}Confirmed as gone
            <Proof by={confirmed} />
          </>
        ) : null}
      </p>
      {report ? (
        <p className="facts">
          A report: <a href={sayingHref(report)}>{report.quote}</a>
        </p>
      ) : null}
      {asked || answer ? (
        <details className="facts">
          <summary>What was {kind === 'report' ? 'reported' : 'asked'}, and who answered first</summary>
          {asked ? (
            <p>
              {kind === 'report' ? 'Reported' : 'Begun'}
              <Proof by={asked} />
            </p>
          ) : null}
          {answer ? (
            <p>
              Answered by {plural(answerers, 'person', 'people')}, first
              <Proof by={answer} />
            </p>
          ) : null}
        </details>
      ) : null}
    </>
  );
}

function End({ ending, last }: { ending: Ending; last: number }) {
  if (ending.how === 'silent')
    return (
      <>
        {ending.isAnswered ? 'No outcome seen' : 'Nobody answered here'}; last mail{' '}
        <time>{shortDate(timeOf(last))}</time>.
      </>
    );
  if (ending.how === 'said')
    return (
      <>
        <strong className={`state st-${ending.tone}`}>{ending.what}</strong>
        <Proof by={ending.by} />
      </>
    );
  const { series } = ending;
  return (
    <>
      <strong className={`state ${statusClass(series.status)}`}>
        {ending.how === 'fix' ? 'a fix was posted' : 'patches were posted in it'}
      </strong>
      :{' '}
      <a href={`/series/${series.id}/`}>
        <bdi>{series.title}</bdi>
      </a>{' '}
      ({verdictWords(series)}
      {ending.how === 'fix' ? `; it ${ending.why}` : ending.others ? `; and ${ending.others} other series` : ''})
    </>
  );
}
