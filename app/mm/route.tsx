import { mmMonths, mmReleases } from '#db/queries/mm';
import { timeOf } from '#mail/ids';
import { page } from '../_page/page';
import { frameOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { nameOf, shortDate } from '../_ui/format';
import { Columns } from '../_ui/ThreadTable';

/** `/mm/`: announcements of the -mm tree, newest first. */
export const GET = page(async ({ db }) => {
  const [releases, months] = [await mmReleases(db), await mmMonths(db)];
  return (
    <Document at="/mm/" title="The -mm tree · Threadline" {...(await frameOf(db))}>
      <h1>The -mm tree</h1>
      {months.length ? (
        <section>
          <h2>By mm-commits mails</h2>
          <Columns names={['Month', 'Entered', 'Left', '']} kind="few" />
          <ol className="threads few">
            {months.map(({ month, added, dropped }) => (
              <li key={month}>
                <a href={`/mm/${month}/`}>{month}</a>
                <b>+{added}</b>
                <b>−{dropped}</b>
              </li>
            ))}
          </ol>
          <h2>Announcements</h2>
        </section>
      ) : null}
      {releases.length ? (
        <>
          <Columns names={['Release', 'Announced by', 'Patches', 'Entered', 'Left', 'Date']} kind="mm" />
          <ol className="threads mm">
            {releases.map((release) => (
              <li key={release.message_id}>
                <a href={`/mm/${encodeURIComponent(release.name)}/`}>{release.name}</a>
                <bdi>{nameOf(release.author, '')}</bdi>
                <b>{release.patches ?? '–'}</b>
                <b>+{release.added}</b>
                <b>−{release.dropped}</b>
                <time>{shortDate(timeOf(release.message_id))}</time>
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p className="empty">This archive has no announcements of the -mm tree.</p>
      )}
    </Document>
  );
});
