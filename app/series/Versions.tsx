import type { PatchLine, RevisionDetail, TrailerLine } from '#db/queries/series';
import { CLAIM_WORDS } from '#patch/kinds';
import { isEndorsement } from '#patch/trailer';
import { nameOf, plural, shortDate } from '../_ui/format';
import { anyHref } from '../_ui/links';
import { outcomeWords } from './words';

/** Names that a row has room for. */
const MOST_NAMES = 4;

/** The versions of a series, newest first: what each got, what it lost, and what changed since the one before. */
export function Versions({ series, revisions }: { series: number; revisions: RevisionDetail[] }) {
  if (revisions.length < 2) return null;
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">
        Versions <small>{revisions.length}</small>
      </h2>
      <ol className="weekly strip">
        {revisions
          .map((revision, n) => <Version key={revision.id} series={series} revisions={revisions} n={n} />)
          .toReversed()}
      </ol>
    </section>
  );
}

function Version({ series, revisions, n }: { series: number; revisions: RevisionDetail[]; n: number }) {
  const [revision, before] = [revisions[n] as RevisionDetail, revisions[n - 1]];
  return (
    <li className={n === revisions.length - 1 ? 'now' : undefined}>
      <a className="v" href={`#r${revision.id}`}>
        {nameOfVersion(revision)}
      </a>
      <time>{shortDate(revision.sentAt)}</time>
      <span>
        <Got revision={revision} previous={revisions.find(({ id }) => id === revision.previous)} />
      </span>
      {before ? (
        <a href={`/series/${series}/diff/?from=${before.id}&to=${revision.id}`}>
          changed since {nameOfVersion(before)}
        </a>
      ) : null}
    </li>
  );
}

const nameOfVersion = ({ number, part }: RevisionDetail) => `v${number}${part}`;

/** `previous`: the version that it follows, whose reviews it may have lost. */
function Got({
  revision: { patches, isResend },
  previous,
}: {
  revision: RevisionDetail;
  previous: RevisionDetail | undefined;
}) {
  const own = patches.filter(({ isCover }) => !isCover);
  const replies = patches.reduce((sum, one) => sum + one.replies, 0);
  const lost = namesOf(patches.flatMap((patch) => patch.lost));
  return (
    <>
      {isResend ? 'sent again, ' : ''}
      {own.length ? plural(own.length, 'patch', 'patches') : 'cover letter'},{' '}
      {replies ? plural(replies, 'reply', 'replies') : 'no reply'}
      <Given patches={patches} />
      {lost && previous ? ` · lost since ${nameOfVersion(previous)}: ${lost}` : ''}
      {verdictsOf(patches).map(({ words, msgid, count }) => (
        <span key={words}>
          {' · '}
          {msgid ? <a href={anyHref(msgid)}>{words}</a> : words}
          {own.length > 1 && count < own.length ? ` (${count} of ${own.length})` : ''}
        </span>
      ))}
    </>
  );
}

/** Who stood for patches of the version in replies: the first mail of each. */
function Given({ patches }: { patches: PatchLine[] }) {
  const given = patches.flatMap((patch) =>
    patch.trailers.filter((one) => isEndorsement(one.key) && !one.forAll && one.message_id !== patch.id),
  );
  const first = new Map<string, TrailerLine>();
  for (const one of given.toSorted((a, b) => a.message_id - b.message_id)) {
    const key = `${one.key} ${nameOf(one.name, one.address)}`;
    if (!first.has(key)) first.set(key, one);
  }
  const shown = [...first.values()];
  return (
    <>
      {shown.slice(0, MOST_NAMES).map((one) => (
        <span key={`${one.key} ${one.message_id}`}>
          {' · '}
          <a href={anyHref(one.msgid)}>{one.key}</a> <bdi>{nameOf(one.name, one.address)}</bdi>
        </span>
      ))}
      {shown.length > MOST_NAMES ? ` and ${shown.length - MOST_NAMES} more` : ''}
    </>
  );
}

function namesOf(trailers: TrailerLine[]): string {
  const names = [...new Set(trailers.map((one) => `${one.key} ${nameOf(one.name, one.address)}`))];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.slice(0, MOST_NAMES).join(', ') + more;
}

/** What became of patches of the version, as the newest mail of each kind says, with the patches that it is said of. */
function verdictsOf(patches: PatchLine[]): { words: string; msgid: string | null; count: number }[] {
  const found = new Map<string, { words: string; msgid: string | null; at: number; patches: Set<number> }>();
  for (const patch of patches)
    for (const outcome of patch.outcomes) {
      if (outcome.doubted || !CLAIM_WORDS.has(outcome.kind)) continue;
      const words = outcomeWords(outcome);
      const one = found.get(words) ?? { words, msgid: null, at: -1, patches: new Set() };
      if (outcome.evidence_id > one.at) [one.msgid, one.at] = [outcome.msgid, outcome.evidence_id];
      if (!patch.isCover) one.patches.add(patch.id);
      found.set(words, one);
    }
  return [...found.values()]
    .sort((a, b) => a.at - b.at)
    .slice(-MOST_NAMES)
    .map(({ words, msgid, patches: of }) => ({ words, msgid, count: of.size || Number.POSITIVE_INFINITY }));
}
