import { z } from 'zod';
import { withFound } from '#db/queries/foundtopics';
import { monthsOf } from '#db/queries/search/facets';
import { type TopicMatches, topicMatches } from '#db/queries/topics';
import type { Topic } from '#site/topic';
import { type Operation, operation } from '../../_page/api';
import { topics } from '../../_page/topics';
import { missing, ofId } from './common';
import * as s from './schemas';

export const topicOperations: Operation[] = [
  operation({
    path: '/topics',
    summary: 'Topics and their systems, with the number of messages of each',
    params: z.strictObject({}),
    answer: z.object({ topics: z.array(s.topic) }),
    async run({ db }) {
      const found = [];
      for (const topic of topics()) found.push(topicObject(topic, await topicMatches(db, topic)));
      return { topics: found };
    },
  }),
  operation({
    path: '/topics/{slug}',
    summary: 'One topic, with its messages by month',
    params: z.strictObject({ slug: z.string().max(100) }),
    answer: s.topic.extend({ months: z.array(z.object({ month: z.string(), messages: z.int() })) }),
    async run({ params, db }) {
      const topic = (await withFound(db, topics())).find(({ slug }) => slug === params.slug);
      if (!topic) throw missing(`The topic "${params.slug}"`);
      const matches = await topicMatches(db, topic);
      return { ...topicObject(topic, matches), months: monthsOf(matches.all) };
    },
  }),
];

function topicObject(topic: Topic, { all, systems }: TopicMatches) {
  return {
    slug: topic.slug,
    title: topic.title,
    description: topic.description,
    messages: all.length,
    first_at: all.length ? ofId(all.at(-1) as number) : null,
    last_at: all.length ? ofId(all[0] as number) : null,
    systems: topic.systems.map(({ slug, title }, n) => ({ slug, title, messages: systems[n]?.length ?? 0 })),
  };
}
