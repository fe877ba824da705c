import type { Snapshot } from '#db/open';
import { type TopicMatches, topicFacts, topicMatches } from '#db/queries/topics';
import { timeOf } from '#mail/ids';
import type { Topic } from '#site/topic';
import { notFound, page } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { allTopics } from '../../_page/topics';
import { Debates } from '../../_ui/Debates';
import { Document } from '../../_ui/Document';
import { Figures } from '../../_ui/Figures';
import { nameOf, plural, shortDate } from '../../_ui/format';
import { searchHref, threadHref } from '../../_ui/links';
import { Stacks } from '../../_ui/Stacks';
import { redirect } from '../../_web/http';
import { type Bucket, bucketsOf, colourClasses, csv, peaksOf } from '../figures';
import { PeopleLanes, SeriesLanes, ThreadList } from '../overview';

const LIMITS = { threads: 25, series: 24, authors: 20, debates: 6 };
const PEAKS = 5;

/** `/topics/{slug}/`: the discussion over time, what it was about, and who carried it. `?format=csv`: the figures. */
export const GET = page(async ({ parts, query, db }) => {
  const all = await allTopics(db);
  const topic = all.find(({ slug }) => slug === parts[1]);
  // If a topic of the file has a system of this name, that is its page.
  const above = topic ? undefined : all.find(({ systems }) => systems.some(({ slug }) => slug === parts[1]));
  if (above) return redirect(`/topics/${above.slug}/${parts[1]}/`);
  if (!topic) return notFound(`The topic "${(parts[1] ?? '').slice(0, 100)}"`, (parts[1] ?? '').slice(0, 100));
  if (parts.length < 3) return redirect(`/topics/${topic.slug}/`, 301);
  const matches = await topicMatches(db, topic);
  const buckets = bucketsOf(matches);
  if (query.get('format') === 'csv') return table(topic, buckets);
  return topicPage(db, topic, matches, buckets);
});

function table(topic: Topic, buckets: Bucket[]): Response {
  const head = ['time', 'messages', ...topic.systems.map(({ slug }) => slug), 'none named'];
  const rows = buckets.map(({ label, ids, systems, others }) => [label, ids.length, ...systems, others]);
  return csv(topic.slug, [head, ...rows]);
}

async function topicPage(db: Snapshot, topic: Topic, matches: TopicMatches, buckets: Bucket[]) {
  const high = peaksOf(buckets, PEAKS);
  const groups = high.map(({ ids }) => ids);
  const { threads, series, authors, debates, busiest } = await topicFacts(db, topic, null, matches.all, LIMITS, groups);
  const peaks = high.flatMap((bucket, n) => (busiest[n] ? [{ bucket, thread: busiest[n] }] : []));
  const query = `topic:${topic.slug}`;
  const debated = new Set(debates.map(({ msgid }) => msgid));
  const others = threads.filter(({ msgid }) => !debated.has(msgid));
  const [first, last] = [matches.all.at(-1), matches.all[0]];
  return (
    <Document
      at="/topics/"
      title={`${topic.title} · Threadline`}
      {...(await frameOf(db))}
      feed={`/topics/${topic.slug}/new.atom`}
    >
      <h1>{topic.title}</h1>
      <p className="about">{topic.description}</p>
      <p className="facts">
        <a href={searchHref(query)}>{plural(matches.all.length, 'message')}</a>
        {first && last ? (
          <>
            {' '}
            from <time>{shortDate(timeOf(first))}</time> to <time>{shortDate(timeOf(last))}</time>
          </>
        ) : null}{' '}
        · <a href={`/series/?topic=${topic.slug}`}>patch series</a> ·{' '}
        <a href={`/topics/${topic.slug}/new.atom`}>Atom</a>
      </p>
      <Systems topic={topic} matches={matches} />
      <Timeline topic={topic} matches={matches} buckets={buckets} peaks={peaks.map(({ bucket }) => bucket)} />
      {peaks.length ? (
        <ol className="peaks">
          {peaks.map(({ bucket, thread }) => (
            <li key={bucket.label}>
              <a href={searchHref(`${query} d:${bucket.label}`)}>{bucket.label}</a>:{' '}
              <a href={threadHref('all', thread.msgid)}>
                <bdi>{thread.subject}</bdi>
              </a>{' '}
              <small>
                {thread.here} of {plural(bucket.ids.length, 'mail')}
              </small>
            </li>
          ))}
        </ol>
      ) : null}
      <Debates debates={debates} list="all" title="Debates" />
      {others.length ? (
        <section>
          <h2>{debates.length ? 'Other main threads' : 'Main threads'}</h2>
          <p className="facts">Threads with many mails on the topic and many people come first.</p>
          <ThreadList threads={others} />
        </section>
      ) : null}
      {series.length ? (
        <section>
          <h2>Patch series</h2>
          <p className="facts">
            Series with the most versions and replies. A square is a version; the word after it is the state.
          </p>
          <SeriesLanes series={series} />
        </section>
      ) : null}
      <section>
        <h2>Participants</h2>
        <p className="facts">From first mail to last. The area of a dot is the number of mails in that month.</p>
        <PeopleLanes authors={authors} query={query} />
        <Figures
          head={['participant', 'mails', 'first', 'last']}
          rows={authors.map(({ name, address, ids }) => [
            nameOf(name, address),
            ids.length,
            shortDate(timeOf(ids[0] as number)),
            shortDate(timeOf(ids.at(-1) as number)),
          ])}
        />
      </section>
    </Document>
  );
}

function Systems({ topic, matches }: { topic: Topic; matches: TopicMatches }) {
  const classes = colourClasses(matches);
  if (!topic.systems.length) return null;
  return (
    <ul className="systems" aria-label="Systems">
      {topic.systems.map((system, n) =>
        matches.systems[n]?.length ? (
          <li key={system.slug}>
            <svg className="key" viewBox="0 0 10 10" aria-hidden="true">
              <rect className={classes[n]} width="10" height="10" />
            </svg>{' '}
            <a href={`/topics/${topic.slug}/${system.slug}/`}>{system.title}</a>{' '}
            <small>{matches.systems[n].length.toLocaleString('en-US')}</small>
          </li>
        ) : null,
      )}
    </ul>
  );
}

function Timeline({
  topic,
  matches,
  buckets,
  peaks,
}: {
  topic: Topic;
  matches: TopicMatches;
  buckets: Bucket[];
  peaks: Bucket[];
}) {
  const classes = [...colourClasses(matches), 'cn'];
  const names = [...topic.systems.map(({ title }) => title), 'no system named'];
  const counts = (bucket: Bucket) => [...bucket.systems, bucket.others];
  return (
    <>
      <Stacks
        id="time"
        title={`${topic.title}: messages over time`}
        description={`${plural(matches.all.length, 'message')}; each is counted once, under the rarest system that it names.`}
        classes={classes}
        names={names}
        stacks={buckets.map((bucket) => ({
          label: bucket.label,
          href: searchHref(`topic:${topic.slug} d:${bucket.label}`),
          parts: counts(bucket),
          ...(peaks.includes(bucket) ? { peak: peaks.indexOf(bucket) + 1 } : {}),
        }))}
      />
      <Figures
        csv={`/topics/${topic.slug}/?format=csv`}
        head={['time', 'messages', ...names]}
        rows={buckets
          .filter(({ ids }) => ids.length)
          .map((bucket) => [bucket.label, bucket.ids.length, ...counts(bucket)])}
      />
      <p className="facts">Each mail is counted once, under the rarest system that it names.</p>
    </>
  );
}
