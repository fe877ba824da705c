import type { Case } from '#db/queries/case';
import type { Remark } from '#db/queries/discussion';
import type { PatchLine } from '#db/queries/series';
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

/** What was said of one version, patch by patch. */
export function Discussion({
  patches,
  remarks,
  marked,
}: {
  patches: PatchLine[];
  remarks: Remark[];
  marked: Map<string, LineSpan>;
}) {
  if (!remarks.length) return null;
  return (
    <details open>
      <summary>{plural(remarks.length, 'mail')} about it</summary>
      {patches.map((patch) => {
        const own = remarks.filter((one) => one.patch === patch.id);
        return own.length ? (
          <section key={patch.id}>
            <h3>
              {patch.position === null ? '' : `${patch.position}: `}
              <bdi>{patch.title}</bdi>
            </h3>
            {own.map((remark) => (
              <Said key={remark.id} remark={remark} lit={marked.get(remark.msgid) ?? null} />
            ))}
          </section>
        ) : null;
      })}
    </details>
  );
}

function Said({ remark, lit }: { remark: Remark; lit: LineSpan | null }) {
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
      </header>
      {remark.text === null ? (
        <p className="cut">This page is full: the text of this mail is on its own page.</p>
      ) : (
        <BodyText text={remark.text} lit={lit} fold={FOLD} />
      )}
    </article>
  );
}
