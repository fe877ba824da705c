import { caseOf } from '#db/queries/case';
import { type Digested, type Discussion as DiscussionFound, digestedOf, discussionOf } from '#db/queries/discussion';
import { relatedTo } from '#db/queries/related';
import type { OutcomeLine, PatchLine, RevisionDetail, TrailerLine } from '#db/queries/revisions';
import { sameTopic } from '#db/queries/sametopic';
import { readSeries, type SeriesDetail, seriesIdOf } from '#db/queries/series';
import { timeOf } from '#mail/ids';
import type { LineSpan } from '#mail/render';
import { CLAIM } from '#patch/kinds';
import { outcomeUnknown } from '#patch/state';
import { isEndorsement } from '#patch/trailer';
import { notFound, page } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { Objections, Verdict } from '../../_ui/Case';
import { Document } from '../../_ui/Document';
import { maskAddress, nameOf, plural, shortDate, shortTime } from '../../_ui/format';
import { anyHref } from '../../_ui/links';
import { SameTopic } from '../../_ui/SameTopic';
import { redirect } from '../../_web/http';
import { Discussion, markedLines } from '../Discussion';
import { Related } from '../Related';
import { Versions } from '../Versions';
import { LINK_WORDS, outcomeWords, senderOf, versionName } from '../words';

/** `/series/{id}/`: one piece of work over all its versions. The id of any of its mails redirects here. */
export const GET = page(async ({ parts, query, db }) => {
  const id = /^\d{1,15}$/.test(parts[1] ?? '') ? Number(parts[1]) : -1;
  const known = await seriesIdOf(db, id);
  const series = known === null ? null : await readSeries(db, known);
  if (!series) return notFound('This series', '');
  if (known !== id || parts.length < 3) return redirect(`/series/${known}/`, 301);
  const found = await caseOf(db, id);
  const asked = /^\d{1,15}$/.test(query.get('version') ?? '') ? Number(query.get('version')) : null;
  const said = await discussionOf(db, id, asked);
  const digested = await digestedOf(db, said.remarks);
  const marked = markedLines(found);
  const related = await relatedTo(db, series);
  const shown = [...related.fixes, ...related.fixedBy, ...related.files].map((one) => one.id);
  const topic = await sameTopic(db, series.title, { series: [id, ...shown] });
  return (
    <Document
      at="/series/"
      title={`${series.title} · Threadline`}
      {...(await frameOf(db))}
      feed={`/series/${known}/new.atom`}
    >
      <h1>
        <bdi>{series.title}</bdi>
      </h1>
      {found ? <Verdict found={found} /> : null}
      <p className="about">
        <bdi className="name">{nameOf(series.author, series.address)}</bdi>, v{series.version}
        {series.revisions > 1 ? `, ${series.revisions} versions here` : ''}, newest posted{' '}
        <time>{shortDate(timeOf(series.posted_id))}</time>
        {series.changeId ? ` · change-id ${series.changeId}` : ''} · <a href={`/series/${known}/new.atom`}>Atom</a>
      </p>
      <Aside series={series} />
      {found ? <Objections found={found} /> : null}
      {found ? <Versions found={found} revisions={series.all} /> : null}
      {series.all.toReversed().map((revision, n) => (
        <RevisionSection
          key={revision.id}
          revision={revision}
          series={id}
          isNewest={n === 0}
          isOpen={n === 0 || revision.id === asked}
          all={series.all}
          said={said}
          marked={marked}
          digested={digested}
        />
      ))}
      <Related found={related} />
      {topic ? <SameTopic found={topic} /> : null}
    </Document>
  );
});

/** What the series reverts or copies, and why its outcome may be unknown. */
function Aside({ series }: { series: SeriesDetail }) {
  const unknown = outcomeUnknown(series.isKeepers, series.status);
  return (
    <>
      {unknown ? <p className="about">{unknown}</p> : null}
      {series.about.map((other) => (
        <p className="about" key={`${other.kind} ${other.series}`}>
          {other.kind === CLAIM.reverted ? 'Reverts ' : 'A copy of '}
          <a href={`/series/${other.series}/`}>
            <bdi>{other.title}</bdi>
          </a>
        </p>
      ))}
    </>
  );
}

function RevisionSection({
  revision,
  series,
  isNewest,
  isOpen,
  all,
  said,
  marked,
  digested,
}: {
  revision: RevisionDetail;
  series: number;
  isNewest: boolean;
  isOpen: boolean;
  all: RevisionDetail[];
  said: DiscussionFound;
  marked: Map<string, LineSpan[]>;
  digested: Digested;
}) {
  const before = all.find(({ id }) => id === revision.previous);
  // The version that it is linked to need not be the one before it.
  const isNext = before !== undefined && before === all[all.indexOf(revision) - 1];
  return (
    <details className="version" id={`r${revision.id}`} open={isOpen}>
      <summary>
        <h2>
          {versionName(revision, all)}
          {revision.isResend ? ', sent again' : ''}{' '}
          <small>
            {shortTime(revision.sentAt)} UTC, {plural(revision.patches.length, 'mail')}
            {isNewest ? '' : ', superseded'}
          </small>
        </h2>
      </summary>
      {before && revision.link ? (
        <p className="facts">
          {isNext ? 'Follows' : 'Belongs with'} {versionName(before, all)}: {LINK_WORDS[revision.link]}
          {changedAddress(before, revision)}
          {revision.likeness ? `, ${Math.round(revision.likeness * 100)} % of the changed lines are the same` : ''}.{' '}
          <a href={`/series/${series}/diff/?from=${before.id}&to=${revision.id}`}>
            Changes since {versionName(before, all)}
          </a>
        </p>
      ) : null}
      <ol className="patches">
        {revision.patches.map((patch) => (
          <PatchItem key={patch.id} patch={patch} />
        ))}
      </ol>
      <Discussion revision={revision} said={said} marked={marked} digested={digested} />
    </details>
  );
}

/** Anybody can send a next version under another person's name, so a changed address is shown. */
function changedAddress(before: RevisionDetail, revision: RevisionDetail): string {
  const [old, now] = [before.patches[0]?.address ?? '', revision.patches[0]?.address ?? ''];
  return old === now ? '' : `, sent from another address, ${maskAddress(now)} (before: ${maskAddress(old)})`;
}

function PatchItem({ patch }: { patch: PatchLine }) {
  const reviews = patch.trailers.filter((one) => isEndorsement(one.key));
  return (
    <li>
      <span className="n">{patch.position ?? ''}</span>
      <a href={anyHref(patch.msgid)}>
        <bdi>{patch.title}</bdi>
      </a>
      <small>
        {patch.isCover ? 'cover letter' : `+${patch.added} −${patch.removed} in ${plural(patch.files.length, 'file')}`}
        {patch.replies ? `, ${plural(patch.replies, 'reply', 'replies')}` : ''}
      </small>
      <Trailers title="" trailers={reviews} />
      <Trailers title="lost since the previous version: " trailers={patch.lost} />
      {patch.outcomes.length ? (
        <ul>
          {patch.outcomes.map((outcome) => (
            <li key={`${outcome.evidence_id} ${outcome.kind} ${outcome.oid}`}>
              <Evidence outcome={outcome} />
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function Trailers({ title, trailers }: { title: string; trailers: TrailerLine[] }) {
  if (!trailers.length) return null;
  return (
    <div className="about">
      {title}
      {trailers.map((one, n) => (
        <span key={`${one.message_id} ${one.key} ${one.address} ${one.name}`}>
          {n ? ', ' : ''}
          <a href={anyHref(one.msgid)}>{one.key}</a> <bdi>{nameOf(one.name, one.address)}</bdi>
          {one.forAll ? ' (for the series)' : ''}
          {saidWords(one)}
        </span>
      ))}
    </div>
  );
}

/** Empty if the person named gave the trailer in their own mail. */
function saidWords({ said, sender, sender_address }: TrailerLine): string {
  if (said === 'own') return '';
  return said === 'patch' ? ' (as the patch says)' : ` (as ${senderOf(sender, sender_address)} says)`;
}

function Evidence({ outcome }: { outcome: OutcomeLine }) {
  const words = outcomeWords(outcome);
  return (
    <>
      {outcome.msgid ? <a href={anyHref(outcome.msgid)}>{words}</a> : words}
      {outcome.oid ? <code> {outcome.oid.slice(0, 12)}</code> : null} <small>joined by {outcome.how}</small>
    </>
  );
}
