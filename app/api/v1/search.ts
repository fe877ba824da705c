import { z } from 'zod';
import { withFound } from '#db/queries/foundtopics';
import { ARTICLE_MS, findQuotes, MAX_ARTICLE } from '#db/queries/quotes';
import { MAX_LIMIT, searchMessages } from '#db/queries/search/index';
import { suggest } from '#db/queries/suggest';
import { topicIds } from '#db/queries/topics';
import { dateSpan } from '#query/dates';
import { ApiError, type Operation, operation } from '../../_page/api';
import { topics } from '../../_page/topics';
import { at, now, number, who } from './common';
import * as s from './schemas';

const day = z
  .string()
  .refine((text) => dateSpan(text, now()) !== null, 'must be a date such as 2004-07-28')
  .optional();

export const searchOperations: Operation[] = [
  operation({
    path: '/search',
    summary: "Search in lore's language",
    params: z.strictObject({
      q: z.string().describe('the query'),
      sort: z.enum(['date', 'relevance']).default('date'),
      list: z.string().optional(),
      topic: z.string().max(100).optional(),
      person: z.string().max(300).optional().describe('slug or address'),
      after: day.describe('first day'),
      before: day.describe('the day after the last day'),
      from: number.optional().describe('"next" of the previous page'),
      limit: number.refine((n) => n >= 1 && n <= MAX_LIMIT, `must be 1 to ${MAX_LIMIT}`).default(200),
      facets: z.enum(['0', '1']).default('0'),
    }),
    answer: s.found,
    async run({ params, db }) {
      const point = (text: string | undefined) => (text ? (dateSpan(text, now())?.[0] ?? null) : null);
      const page = await searchMessages(db, {
        query: params.q,
        sort: params.sort,
        limit: params.limit,
        list: params.list ?? null,
        topic: params.topic ?? null,
        person: params.person ?? null,
        after: point(params.after),
        before: point(params.before),
        cursor: params.from ?? null,
        facets: params.facets === '1',
        now: now(),
        topics: await withFound(db, topics()),
        ...(params.facets === '1' ? { topicIds: await topicIds(db, topics()) } : {}),
      });
      if (page.problem)
        throw new ApiError(400, page.problem.message, { at: page.problem.at, suggestion: page.problem.suggestion });
      return {
        query: page.query,
        total: page.total,
        total_is_bound: page.totalIsBound,
        results: page.results.map(({ msgid, subject, author, sentAt, lists, thread, snippet, quotes }) => ({
          msgid,
          subject,
          author: who(author.name, author.address),
          sent_at: at(sentAt),
          lists,
          thread,
          snippet: snippet.map(({ text }) => text).join(''),
          ...(quotes === undefined ? {} : { quotes: quotes && who(quotes.name, quotes.address) }),
        })),
        next: page.next,
        notice: page.notice,
        facets: page.facets,
      };
    },
  }),
  operation({
    path: '/suggest',
    summary: 'Completions of the last word of a query',
    params: z.strictObject({ q: z.string().max(2000) }),
    answer: s.suggestions,
    run: async ({ params, db }) => ({ suggestions: await suggest(db, params.q, topics()) }),
  }),
];

export const quoteOperations: Operation[] = [
  operation({
    method: 'post',
    path: '/quotes',
    summary: 'Finds the mail that each quotation of an article comes from; the body is text, Markdown or HTML',
    params: z.strictObject({ body: z.string() }),
    body: { type: 'text/plain', limit: MAX_ARTICLE },
    answer: z.object({ quotes: z.array(s.quote) }),
    async run({ params, db }) {
      const quotes = await findQuotes(db, params.body, ARTICLE_MS);
      return {
        quotes: quotes.map(({ text, status, matches }) => ({
          text,
          status,
          matches: matches.map(({ msgid, lines, text, similarity }) => ({ msgid, lines, text, similarity })),
        })),
      };
    },
  }),
];
