import type { SameTopic as Found } from '#db/queries/sametopic';
import { timeOf } from '#mail/ids';
import { nameOf, plural, shortDate } from './format';
import { searchHref, threadHref } from './links';
import { VerdictWord } from './VerdictWord';

/** The newest threads whose subject names the same, and a search for all of them. */
export function SameTopic({ found: { name, threads } }: { found: Found }) {
  return (
    <section>
      <h2>
        Newest on <bdi>{name}</bdi>{' '}
        <small>
          threads whose subject names it, <a href={searchHref(`s:"${name}"`)}>all</a>
        </small>
      </h2>
      <ul className="weekly">
        {threads.map((line) => (
          <li key={line.thread}>
            <a href={threadHref('all', line.msgid)}>
              <bdi>{line.subject}</bdi>
            </a>
            {line.verdict ? <VerdictWord {...line.verdict} /> : null}{' '}
            <small>
              · <bdi>{nameOf(line.author, line.address)}</bdi>, {shortDate(timeOf(line.first_id))},{' '}
              {plural(line.messages, 'mail')}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
