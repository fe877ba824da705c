import type { ThreadLine } from '#db/queries/list';
import { timeOf } from '#mail/ids';
import { nameOf, shortDate } from './format';
import { threadHref } from './links';
import { TitleLink } from './TitleLink';

/** Headings of the columns below; `kind` chooses the columns (app/_styles/css/3-lists.css). */
export function Columns({ names, kind }: { names: string[]; kind?: string }) {
  return (
    <p className={kind ? `cols ${kind}` : 'cols'}>
      {names.map((name) => (
        <span key={name}>{name}</span>
      ))}
    </p>
  );
}

/** Threads, one a line: subject, who began it, number of mails, last mail. A page has two hundred, so a line has no class and no title. */
export function ThreadTable({ threads, list }: { threads: (ThreadLine & { here?: number })[]; list: string }) {
  return (
    <>
      <Columns names={['Thread', 'Begun by', 'Mails, people', 'Last mail']} />
      <ol className="threads">
        {threads.map((line) => (
          <li key={line.thread}>
            <TitleLink href={threadHref(list, line.msgid)} thread={line} />
            <bdi>{nameOf(line.author, line.address)}</bdi>
            <b>
              {line.messages}
              {line.participants > 1 ? <small> by {line.participants}</small> : null}
            </b>
            <time>{shortDate(timeOf(line.last_id))}</time>
          </li>
        ))}
      </ol>
    </>
  );
}
