import { anySynthetic } from '#db/queries/home';
import { topicMatches } from '#db/queries/topics';
import { page } from '../_page/page';
import { Document } from '../_ui/Document';
import { plural, shortDate } from '../_ui/format';
import { topics } from './config';

/** `/topics/`: what is argued about, with the systems of each topic. */
export const GET = page(async ({ db }) => {
  const all = topics();
  const found = [];
  for (const topic of all) {
    const matches = await topicMatches(db, topic);
    if (matches.all.length) found.push({ topic, matches });
  }
  return (
    <Document at="/topics/" title="Topics · Threadline" synthetic={await anySynthetic(db)}>
      <h1>Topics</h1>
      {found.length ? null : (
        <p className="empty">
          {all.length
            ? 'No mail here is about a topic of topics.json. docs/TOPICS.md shows how to write one.'
            : 'No topics are set: topics.json is missing or cannot be used. docs/TOPICS.md shows how to write one.'}
        </p>
      )}
      {found.map(({ topic, matches }) => (
        <section key={topic.slug} className="topic">
          <h2>
            <a href={`/topics/${topic.slug}/`}>{topic.title}</a>{' '}
            <small>
              {plural(matches.all.length, 'message')}
              {matches.all.length
                ? `, ${shortDate((matches.all.at(-1) as number) / 8)} to ${shortDate((matches.all[0] as number) / 8)}`
                : ''}
            </small>
          </h2>
          <p className="about">{topic.description}</p>
          <ul className="systems">
            {topic.systems.map((system, n) =>
              matches.systems[n]?.length ? (
                <li key={system.slug}>
                  <a href={`/topics/${topic.slug}/${system.slug}/`}>{system.title}</a>{' '}
                  <small>{matches.systems[n].length.toLocaleString('en-US')}</small>
                </li>
              ) : null,
            )}
          </ul>
        </section>
      ))}
    </Document>
  );
});
