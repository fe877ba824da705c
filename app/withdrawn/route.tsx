import { lists } from '#db/queries/home';
import { withdrawnMails } from '#db/queries/withdrawn';
import { page } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { shortDate } from '../_ui/format';
import { listHref } from '../_ui/links';

/** `/withdrawn/`: which mails the operator took down, when and why, without their content. */
export const GET = page(async ({ db }) => {
  const gone = [...(await withdrawnMails(db)).values()].reverse();
  const known = new Set((await lists(db)).map(({ name }) => name));
  return (
    <Document sections={await sectionsOf(db)} title="Withdrawn messages · Threadline">
      <h1>Withdrawn messages</h1>
      <p className="about">
        The operator of this site withdrew these messages. They are on no page, and in no search, feed or repository
        here. Replies to them remain, including the words they quote. Other archives may still have them.
      </p>
      {gone.length === 0 ? <p className="empty">None.</p> : null}
      <ul className="changes">
        {gone.map(({ msgid, at, reason, lists }) => (
          <li key={msgid}>
            <time>{shortDate(at)}</time> <code>&lt;{msgid}&gt;</code>{' '}
            {lists.map((name) => (
              <span key={name}>{known.has(name) ? <a href={listHref(name)}>{name}</a> : name} </span>
            ))}
            <bdi>{reason}</bdi>
          </li>
        ))}
      </ul>
    </Document>
  );
});
