import type { Case } from '#db/queries/case';
import type { Discussion as Found, Remark } from '#db/queries/discussion';
import type { RevisionDetail } from '#db/queries/series';
import type { LineSpan } from '#mail/render';
import { BodyText } from '../_thread/Mail';
import { Name, SentAt } from '../_ui/bits';
import { plural } from '../_ui/format';
import { anyHref } from '../_ui/links';

/** Longer diffs and quotations are folded: the patches stand above. */
const FOLD = { diffs: 6, quotes: 6 };

/** The lines of mails that prove the verdict, or object. */
export function markedLines(found: Case | null): Map<string, LineSpan> {
  const said = found ? [...found.objections, ...(found.proof ? [found.proof] : [])] : [];
  return new Map(said.flatMap(({ msgid, lines }) => (lines ? [[msgid, lines] as const] : [])));
}

/** What was said of one version, patch by patch; a link to it where the page has no room. */
export function Discussion({
  revision: { id, patches },
  said,
  marked,
  digested,
}: {
  revision: RevisionDetail;
  said: Found;
  marked: Map<string, LineSpan>;
  /** By message.id: what the digest of its thread quotes. */
  digested: Map<number, LineSpan>;
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
      {id === said.first && !digested.size && remarks.length >= DIGESTED ? (
        <p className="facts">
          The digest quotes some of what follows:{' '}
          <a href={`?version=${id}&marks=digest#r${id}`} rel="nofollow">
            mark those passages
          </a>
          .
        </p>
      ) : null}
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
                lit={digested.get(remark.id) ?? marked.get(remark.msgid) ?? null}
                isDigested={digested.has(remark.id)}
              />
            ))}
          </section>
        ) : null;
      })}
    </details>
  );
}

/** Mails of a version from which on its digest is worth a look. */
const DIGESTED = 5;

function Said({ remark, lit, isDigested }: { remark: Remark; lit: LineSpan | null; isDigested: boolean }) {
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
        {isDigested ? <small>in the digest</small> : null}
        {remark.text === null ? <small>its text is on its own page: this one is full</small> : null}
      </header>
      {remark.text === null ? null : <BodyText text={remark.text} lit={lit} fold={FOLD} />}
    </article>
  );
}
