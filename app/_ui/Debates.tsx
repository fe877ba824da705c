import type { Debate } from '#db/queries/quoted';
import { timeOf } from '#mail/ids';
import { nameOf, shortDate } from './format';
import { digestHref } from './links';
import { Columns } from './ThreadTable';
import { TitleLink } from './TitleLink';

/** Debates with links to their digests, ordered by answered passages times participants. */
export function Debates({
  debates,
  list,
  title,
  feed,
}: {
  debates: Debate[];
  list: string;
  title: string;
  feed?: string;
}) {
  if (!debates.length) return null;
  return (
    <section aria-labelledby="debates">
      <h2 id="debates">
        {title}{' '}
        {feed ? (
          <small>
            <a href={feed}>Atom</a>
          </small>
        ) : null}
      </h2>
      <Columns names={['Digest', 'Begun by', 'Mails, people', 'Begun']} />
      <ol className="threads">
        {debates.map((debate) => (
          <li key={debate.root}>
            <TitleLink href={digestHref(list, debate.msgid)} thread={debate} />
            <bdi>{nameOf(debate.author, debate.address)}</bdi>
            <b>
              {debate.messages} <small>by {debate.participants}</small>
            </b>
            <time>{shortDate(timeOf(debate.firstId))}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}
