import { FEED_ENTRIES, readFeed } from '#db/queries/feed';
import { topicMatches } from '#db/queries/topics';
import { atomOf } from '../_page/atom';
import { notFound, type PageContext } from '../_page/page';
import { allTopics } from '../_page/topics';
import { respond } from '../_web/http';
import { ATOM } from '../search/results';

/** The newest mails of a topic, or of one of its systems, as Atom. */
export async function topicFeed({ request, db }: PageContext, slug: string, name: string | null): Promise<Response> {
  const topic = (await allTopics(db)).find((one) => one.slug === slug);
  const at = name === null ? -1 : (topic?.systems.findIndex((one) => one.slug === name) ?? -1);
  if (!topic || (name !== null && at < 0)) return notFound(`"${slug} ${name ?? ''}"`.slice(0, 100), '');
  const matches = await topicMatches(db, topic);
  const ids = name === null ? matches.all : (matches.systems[at] ?? []);
  const title = name === null ? topic.title : `${topic.title}: ${topic.systems[at]?.title}`;
  return respond(atomOf(request, title, await readFeed(db, ids.slice(0, FEED_ENTRIES))), 200, ATOM);
}
