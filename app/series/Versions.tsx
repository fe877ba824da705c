import type { Case } from '#db/queries/case';
import type { VersionLog } from '#db/queries/changelogs';
import type { PatchLine, RevisionDetail, TrailerLine } from '#db/queries/revisions';
import { CLAIM_WORDS } from '#patch/kinds';
import { isEndorsement } from '#patch/trailer';
import { nameOf, plural, shortDate } from '../_ui/format';
import { anyHref, linesHref } from '../_ui/links';
import { statusClass } from '../_ui/state';
import { outcomeWords, versionName } from './words';

/** Most names in a row. */
const MOST_NAMES = 4;

/** The versions of a series: a strip of boxes, then a line for each, newest first, with what it received, what it lost and what changed. */
export function Versions({ found, revisions }: { found: Case; revisions: RevisionDetail[] }) {
  if (revisions.length < 2) return null;
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      <Strip found={found} revisions={revisions} />
      <ol className="weekly strip">
        {revisions
          .map((revision, n) => <Version key={revision.id} found={found} revisions={revisions} n={n} />)
          .toReversed()}
      </ol>
    </section>
  );
}

/** One box a version, oldest first. */
function Strip({ found, revisions }: { found: Case; revisions: RevisionDetail[] }) {
  return (
    <>
      <ol className="boxes">
        {revisions.map((revision, n) => {
          const next = revisions[n + 1]?.id ?? Number.POSITIVE_INFINITY;
          const objected = found.objections.filter(({ id }) => id > revision.id && id < next).length;
          const isNewest = n === revisions.length - 1;
          return (
            <li key={revision.id} className={isNewest ? statusClass(found.status) : undefined}>
              <a href={`#r${revision.id}`}>{versionName(revision, revisions)}</a>
              <small>{repliesOf(revision.patches)}</small>
              {givenIn(revision.patches).length ? (
                <small>{plural(givenIn(revision.patches).length, 'tag')}</small>
              ) : null}
              {objected ? <small>{plural(objected, 'objection')}</small> : null}
              {isNewest ? <small>{found.status}</small> : null}
            </li>
          );
        })}
      </ol>
      <p className="facts">
        Oldest first. Tags are Reviewed-by and the like; the newest one&rsquo;s edge has the colour of the state.
      </p>
    </>
  );
}

function Version({ found, revisions, n }: { found: Case; revisions: RevisionDetail[]; n: number }) {
  const [revision, before] = [revisions[n] as RevisionDetail, revisions[n - 1]];
  const log = found.logs.find((one) => one.revision === revision.id);
  return (
    <li className={n === revisions.length - 1 ? 'now' : undefined}>
      <a className="v" href={`#r${revision.id}`}>
        {versionName(revision, revisions)}
      </a>
      <time>{shortDate(revision.sentAt)}</time>
      <div>
        <Got revision={revision} all={revisions} />
        {log ? <Log log={log} /> : null}
      </div>
      {before ? (
        <a href={`/series/${found.series}/diff/?from=${before.id}&to=${revision.id}`}>
          changes since {versionName(before, revisions)}
        </a>
      ) : null}
    </li>
  );
}

/** The author's changelog, folded. */
function Log({ log: { msgid, lines, text } }: { log: VersionLog }) {
  return (
    <details>
      <summary>Its changelog</summary>
      <pre>{text}</pre>
      <a href={linesHref(anyHref(msgid), lines[0], lines[1] - lines[0] + 1)}>in the mail</a>
    </details>
  );
}

function repliesOf(patches: PatchLine[]): string {
  const replies = patches.reduce((sum, one) => sum + one.replies, 0);
  return replies ? plural(replies, 'reply', 'replies') : 'no reply';
}

/** What a version got, and which reviews of the version that it follows it lost. */
function Got({ revision: { patches, isResend, previous }, all }: { revision: RevisionDetail; all: RevisionDetail[] }) {
  const followed = all.find(({ id }) => id === previous);
  const own = patches.filter(({ isCover }) => !isCover);
  const lost = namesOf(patches.flatMap((patch) => patch.lost));
  return (
    <>
      {isResend ? 'sent again, ' : ''}
      {own.length ? plural(own.length, 'patch', 'patches') : 'cover letter'}, {repliesOf(patches)}
      <Given patches={patches} />
      {lost && followed ? ` · lost since ${versionName(followed, all)}: ${lost}` : ''}
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

/** The endorsements that patches of a version received in replies: the first of each kind and person. */
function givenIn(patches: PatchLine[]): TrailerLine[] {
  const given = patches.flatMap((patch) =>
    patch.trailers.filter((one) => isEndorsement(one.key) && !one.forAll && one.message_id !== patch.id),
  );
  const first = new Map<string, TrailerLine>();
  for (const one of given.toSorted((a, b) => a.message_id - b.message_id)) {
    const key = `${one.key} ${nameOf(one.name, one.address)}`;
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()];
}

function Given({ patches }: { patches: PatchLine[] }) {
  const shown = givenIn(patches);
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

/** What became of the patches of a version: the newest mail of each kind, and the number of patches it is about. */
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
