import { anySynthetic } from '#db/queries/home';
import { mmReleases } from '#db/queries/mm';
import { Document } from '../_components/Document';
import { nameOf, plural, shortDate } from '../_lib/format';
import { page } from '../_lib/page';

/** `/mm/`: announcements of the -mm tree, newest first. */
export const GET = page(async ({ db }) => {
  const releases = await mmReleases(db);
  return (
    <Document title="The -mm tree · Threadline" synthetic={await anySynthetic(db)} layout="wide">
      <h1>The -mm tree</h1>
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
