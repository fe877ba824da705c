import type { Debate } from '#db/queries/quoted';
import { nameOf, plural, shortDate } from '../_lib/format';
import { digestHref } from '../_lib/links';

/** Debates with their digests: by answered passages of the span times participants. */
export function Debates({ debates, list, title }: { debates: Debate[]; list: string; title: string }) {
  if (!debates.length) return null;
  return (
    <section aria-labelledby="debates">
      <h2 id="debates">{title}</h2>
      <ol className="threads">
        {debates.map((debate) => (
          <li key={debate.root}>
            <a className="subject" href={digestHref(list, debate.msgid)}>
              <bdi>{debate.subject || '(no subject)'}</bdi>
            </a>
            <span className="facts">
              <bdi className="name">{nameOf(debate.author, debate.address)}</bdi>
              <span
                className="count"
                title={`${plural(debate.answered, 'passage')} answered; ${plural(debate.messages, 'mail')} by ${debate.participants}`}
              >
                {debate.messages} <small>by {debate.participants}</small>
              </span>
              <time>{shortDate(debate.firstId / 8)}</time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
