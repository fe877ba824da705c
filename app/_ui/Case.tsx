import type { Case, CaseHead as Head, Objection, Saying } from '#db/queries/case';
import { timeOf } from '#mail/ids';
import { isUnsettled, STATE } from '#patch/state';
import { nameOf, plural, shortDate } from './format';
import { anyHref, linesHref } from './links';
import { statusClass } from './state';
import { shortQuote } from './WeekParts';

export const sayingHref = ({ msgid, lines }: Saying) =>
  lines ? linesHref(anyHref(msgid), lines[0], lines[1] - lines[0] + 1) : anyHref(msgid);

/** " on 2025-08-11 by Ada Example: “...”": the mail that says so, and its words. */
export function Proof({ by }: { by: Saying }) {
  return (
    <>
      {' '}
      on <time>{shortDate(timeOf(by.id))}</time> by{' '}
      <a href={sayingHref(by)}>
        <bdi>{nameOf(by.name, by.address)}</bdi>
      </a>
      {by.quote ? (
        <>
          :{' '}
          <q>
            <bdi>{shortQuote(by.quote)}</bdi>
          </q>
        </>
      ) : null}
    </>
  );
}

/** What became of a series, with the words that prove it: "refused on 2025-08-11 by Ada Example: “...”". */
export function Verdict({ found }: { found: Head }) {
  const { status, stable, proof, last_id } = found;
  const isOpen = isUnsettled(status);
  return (
    <p className="verdict">
      <strong className={`state ${statusClass(status)}`}>
        <a href="/series/states/">
          {status === STATE.copy && stable && stable !== 'stable' ? `copy for ${stable}` : status}
        </a>
      </strong>
      {proof ? <Proof by={proof} /> : null}
      {isOpen ? (
        <>
          {proof ? ' ' : '. '}No outcome seen; last mail <time>{shortDate(timeOf(last_id))}</time>.
        </>
      ) : null}
    </p>
  );
}

/** Up to so many objections to earlier versions are shown unfolded if the newest version has none. */
const FEW = 5;

/** Who objected, in their own words, what the author answered, and whether the objection was met. */
export function Objections({ found }: { found: Case }) {
  const { objections } = found;
  if (!objections.length) return null;
  const met = objections.filter((one) => one.met).length;
  const taken = objections.filter((one) => !one.met && one.taken).length;
  const agreed = objections.filter((one) => one.answer?.agreed).length;
  const newestFirst = objections.toReversed();
  const now = newestFirst.filter((one) => !one.followed);
  const before = newestFirst.filter((one) => one.followed);
  return (
    <section aria-labelledby="objections">
      <h2 id="objections">
        Objections{' '}
        <small>
          {objections.length}
          {met ? `, ${met} met` : ''}
          {taken ? `, ${taken} named in a changelog` : ''}
          {agreed ? `, author agreed to change after ${agreed}` : ''}
        </small>
      </h2>
      <ObjectionList objections={now} series={found.series} />
      {before.length ? (
        <details className="fold" open={!now.length && before.length <= FEW}>
          <summary>{plural(before.length, 'objection')} to earlier versions</summary>
          <ObjectionList objections={before} series={found.series} />
        </details>
      ) : null}
    </section>
  );
}

function ObjectionList({ objections, series }: { objections: Objection[]; series: number }) {
  return (
    <ul className="weekly">
      {objections.map((one) => (
        <li key={one.id}>
          <a href={sayingHref(one)}>
            <bdi>{nameOf(one.name, one.address)}</bdi>
          </a>{' '}
          {one.quote ? (
            <q>
              <bdi>{shortQuote(one.quote)}</bdi>
            </q>
          ) : (
            'objected with the whole mail'
          )}{' '}
          <small>
            {shortDate(timeOf(one.id))}
            {one.answer ? (
              <>
                {' '}
                ·{' '}
                <a href={anyHref(one.answer.msgid)}>
                  {one.answer.agreed ? 'the author agreed to a change' : 'author’s answer'}
                </a>
              </>
            ) : null}{' '}
            · <Met one={one} series={series} />
          </small>
        </li>
      ))}
    </ul>
  );
}

function Met({ one: { met, followed, taken }, series }: { one: Objection; series: number }) {
  if (met)
    return (
      <>
        met: <a href={anyHref(met.msgid)}>{met.key}</a> on {shortDate(timeOf(met.id))}
      </>
    );
  if (followed && taken)
    return (
      <>
        named in the <a href={linesHref(anyHref(taken.msgid), taken.line, 1)}>changelog of v{followed.number}</a>:{' '}
        <q>
          <bdi>{shortQuote(taken.text)}</bdi>
        </q>
      </>
    );
  if (followed)
    return (
      <>
        not shown to be met; <a href={`/series/${series}/#r${followed.id}`}>v{followed.number}</a> followed
      </>
    );
  return <b>open</b>;
}

/** The short form, above the mails of a thread that begins with a patch. */
export function CaseHead({ found }: { found: Head }) {
  return (
    <>
      <Verdict found={found} />
      <p className="facts">
        <a href={`/series/${found.series}/`}>
          The whole case: v{found.version}
          {found.versions > 1 ? `, ${plural(found.versions, 'version')}` : ''}
        </a>
        {found.objected ? (
          <>
            {' · '}
            <a href={`/series/${found.series}/#objections`}>{plural(found.objected, 'objection')}</a>
          </>
        ) : null}
      </p>
    </>
  );
}
