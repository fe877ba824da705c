import { timeOf } from '#mail/ids';
import type { FoundTopic } from '#site/found';
import { page } from '../_page/page';
import { frameOf } from '../_page/sections';
import { offeredTopics, topics } from '../_page/topics';
import { Document } from '../_ui/Document';
import { plural, shortDate } from '../_ui/format';

/** `/topics/`: what is argued about, with the systems of each topic. */
export const GET = page(async ({ db }) => {
  const { ours, found } = await offeredTopics(db);
  return (
    <Document at="/topics/" title="Topics · Threadline" {...(await frameOf(db))}>
      <h1>Topics</h1>
      {ours.length || found.length ? null : (
        <p className="empty">
          {topics().length
            ? 'This archive has too few mails about the topics in topics.json, and its subjects show no others. docs/TOPICS.md explains how to define one.'
            : 'No topics are defined: topics.json is missing or cannot be used. docs/TOPICS.md explains how to define one.'}
        </p>
      )}
      {ours.map(({ topic, matches }) => (
        <section key={topic.slug} className="topic">
          <h2>
            <a href={`/topics/${topic.slug}/`}>{topic.title}</a>{' '}
            <small>
              {plural(matches.all.length, 'message')}
              {matches.all.length
                ? `, ${shortDate(timeOf(matches.all.at(-1) as number))} to ${shortDate(timeOf(matches.all[0] as number))}`
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
      <Found found={found} isAlone={!ours.length} />
    </Document>
  );
});

/** Topics found because many subjects begin with them. */
function Found({ found, isAlone }: { found: FoundTopic[]; isAlone: boolean }) {
  if (!found.length) return null;
  return (
    <section aria-label="Found in the subjects">
      <h2>{isAlone ? 'Found in subjects' : 'Others, found in subjects'}</h2>
      <p className="facts">Words that many subjects here begin with, most threads first.</p>
      <ol className="counted">
        {found.map(({ topic, threads, people }) => (
          <li key={topic.slug}>
            <a href={`/topics/${topic.slug}/`}>{topic.title}</a>{' '}
            <small>
              {plural(threads, 'thread')} by {plural(people, 'person', 'people')}
            </small>
            {topic.systems.length ? (
              <small>
                {': '}
                {topic.systems.map((system, n) => (
                  <span key={system.slug}>
                    {n ? ', ' : ''}
                    <a href={`/topics/${topic.slug}/${system.slug}/`}>{system.title}</a>
                  </span>
                ))}
              </small>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
