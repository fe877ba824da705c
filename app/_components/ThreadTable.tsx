import type { ThreadLine } from '#db/queries/list';
import { nameOf, plural, shortDate, shortTime } from '../_lib/format';
import { threadHref } from '../_lib/links';

/** Threads, one a line: what, who began it, how much, when last. */
export function ThreadTable({ threads, list }: { threads: (ThreadLine & { here?: number })[]; list: string }) {
  return (
    <ol className="threads">
      {threads.map((line) => (
        <li key={line.thread}>
          <a className="subject" href={threadHref(list, line.msgid)}>
            <bdi>{line.subject || '(no subject)'}</bdi>
          </a>
          <span className="facts">
            <bdi className="name">{nameOf(line.author, line.address)}</bdi>
            <span
              className="count"
              title={`${plural(line.messages, 'message')} by ${plural(line.participants, 'person', 'people')}`}
            >
              {line.messages}
              {line.participants > 1 ? <small> by {line.participants}</small> : null}
            </span>
            <time title={`first ${shortTime(line.first_id / 8)}, last ${shortTime(line.last_id / 8)} UTC`}>
              {shortDate(line.last_id / 8)}
            </time>
          </span>
        </li>
      ))}
    </ol>
  );
}
