import { anySynthetic } from '#db/queries/home';
import { mmMonths, mmReleases } from '#db/queries/mm';
import { Document } from '../_components/Document';
import { nameOf, plural, shortDate } from '../_lib/format';
import { page } from '../_lib/page';

/** `/mm/`: announcements of the -mm tree, newest first. */
export const GET = page(async ({ db }) => {
  const [releases, months] = [await mmReleases(db), await mmMonths(db)];
  return (
    <Document title="The -mm tree · Threadline" synthetic={await anySynthetic(db)} layout="wide">
      <h1>The -mm tree</h1>
      {months.length ? (
        <section>
          <h2>By mm-commits mails</h2>
          <ol className="threads">
            {months.map(({ month, added, dropped }) => (
              <li key={month}>
                <a className="subject" href={`/mm/${month}/`}>
                  {month}
                </a>
                <span className="facts">
                  {added} entered, {dropped} left
                </span>
              </li>
            ))}
          </ol>
          <h2>Announcements</h2>
        </section>
      ) : null}
      {releases.length ? (
        <ol className="threads">
          {releases.map((release) => (
            <li key={release.message_id}>
              <a className="subject" href={`/mm/${encodeURIComponent(release.name)}/`}>
                {release.name}
              </a>
              <span className="facts">
                <bdi className="name">{nameOf(release.author, '')}</bdi>
                <span className="count">
                  {plural(release.patches ?? 0, 'patch', 'patches')}{' '}
                  <small>{`+${release.added} −${release.dropped}`}</small>
                </span>
                <time>{shortDate(release.message_id / 8)}</time>
              </span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="empty">No announcement of the -mm tree is in this archive.</p>
      )}
    </Document>
  );
});
