import type { Case } from '#db/queries/case';
import type { Digested, Discussion as Found, Remark } from '#db/queries/discussion';
import type { RevisionDetail } from '#db/queries/revisions';
import { addTo } from '#mail/groups';
import type { LineSpan, Lit } from '#mail/render';
import { BodyText } from '../_thread/Mail';
import { Name, SentAt } from '../_ui/bits';
import { plural } from '../_ui/format';
import { anyHref, digestHref } from '../_ui/links';

/** Longer diffs and quotations are folded: the patches are shown above. */
const FOLD = { diffs: 6, quotes: 6 };

/** The lines that prove the verdict or object to the series, by Message-ID. */
export function markedLines(found: Case | null): Map<string, LineSpan[]> {
  const said = found ? [...found.objections, ...(found.proof ? [found.proof] : [])] : [];
  const marked = new Map<string, LineSpan[]>();
  for (const { msgid, lines } of said) if (lines) addTo(marked, msgid, lines);
  return marked;
}

/** The replies to one version, patch by patch; a link to them if the page has no room. */
export function Discussion({
  revision: { id, patches },
  said,
  marked,
  digested,
}: {
  revision: RevisionDetail;
  said: Found;
  marked: Map<string, LineSpan[]>;
  digested: Digested;
}) {
  const remarks = said.remarks.filter(({ revision }) => revision === id);
  if (!remarks.length) return null;
  const mails = `${plural(remarks.length, 'mail')} about it`;
  if (said.elsewhere.has(id))
    return (
      <p className="facts">
        <a href={`?version=${id}#r${id}`} rel="nofollow">
          {mails}
        </a>
      </p>
    );
  return (
    <details open>
      <summary>{mails}</summary>
      <Legend
        hasStrong={remarks.some(({ msgid, text }) => text !== null && marked.has(msgid))}
        threads={remarks.some((one) => digested.lines.has(one.id)) ? digested.threads : []}
      />
      {patches.map((patch) => {
        const own = remarks.filter((one) => one.patch === patch.id);
        return own.length ? (
          <section key={patch.id}>
            <h3>
              {patch.position === null ? '' : `${patch.position}: `}
              <bdi>{patch.title}</bdi>
            </h3>
            {own.map((remark) => (
              <Said
                key={remark.id}
                remark={remark}
                lit={[
                  ...(marked.get(remark.msgid) ?? []).map((lines) => ({ lines })),
                  ...(digested.lines.get(remark.id) ?? []).map((lines) => ({ lines, isQuiet: true })),
                ]}
              />
            ))}
          </section>
        ) : null;
      })}
    </details>
  );
}

/** What the marks in the mails mean. */
function Legend({ hasStrong, threads }: { hasStrong: boolean; threads: string[] }) {
  if (!hasStrong && !threads.length) return null;
  return (
    <p className="facts">
      {hasStrong ? (
        <>
          <mark>Marked</mark>: objections, and what shows how it ended.{' '}
        </>
      ) : null}
      {threads.length ? (
        <>
          <mark className="k">A bar at the left</mark>: what the digest quotes (
          {threads.map((msgid, n) => (
            <span key={msgid}>
              {n ? ', ' : ''}
              <a href={digestHref('all', msgid)}>{threads.length > 1 ? `thread ${n + 1}` : 'all of it'}</a>
            </span>
          ))}
          ).
        </>
      ) : null}
    </p>
  );
}

function Said({ remark, lit }: { remark: Remark; lit: Lit[] }) {
  return (
    <article className="mail">
      <header>
        <h4>
          <Name name={remark.author} address={remark.address} person={remark.person} />
        </h4>
        <SentAt at={remark.sent_at} zone={remark.sent_zone} note={remark.date_note} />
        <a className="self" href={anyHref(remark.msgid)}>
          permalink
        </a>
        {remark.text === null ? <small>this page is full: the text is on the mail&rsquo;s own page</small> : null}
      </header>
      {remark.text === null ? null : <BodyText text={remark.text} lit={lit} fold={FOLD} />}
    </article>
  );
}
