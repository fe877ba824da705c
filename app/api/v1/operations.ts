import { z } from 'zod';
import type { Snapshot } from '#db/open';
import { rfc3339 } from '#db/queries/export';
import { seriesObject } from '#db/queries/exportseries';
import { withFound } from '#db/queries/foundtopics';
import { lists } from '#db/queries/home';
import { findList, newestThreads } from '#db/queries/list';
import { readMessage } from '#db/queries/message';
import { findMmRelease, mmReleases } from '#db/queries/mm';
import { findPerson, identitiesOf, listPeople, PEOPLE_A_PAGE, type PersonLine } from '#db/queries/people';
import { ARTICLE_MS, findQuotes, MAX_ARTICLE } from '#db/queries/quotes';
import { monthsOf } from '#db/queries/search/facets';
import { MAX_LIMIT, searchMessages } from '#db/queries/search/index';
import { findSeries, type SeriesLine, seriesIdOf } from '#db/queries/series';
import { listSeries, SERIES_A_PAGE } from '#db/queries/serieslist';
import { suggest } from '#db/queries/suggest';
import { readThreadOf, type ThreadRow } from '#db/queries/thread';
import { type TopicMatches, topicIds, topicMatches } from '#db/queries/topics';
import { withdrawnMails } from '#db/queries/withdrawn';
import { timeOf } from '#mail/ids';
import { dateSpan } from '#query/dates';
import type { Topic } from '#site/topic';
import { ApiError, type Operation, operation } from '../../_page/api';
import { maskAddress, maskAll } from '../../_ui/format';
import { topics } from '../../topics/config';
import * as s from './schemas';

const number = z
  .string()
  .regex(/^\d{1,15}$/, 'a number is wanted')
  .transform(Number);
const msgid = z.string().min(1).max(2000).describe('Message-ID without brackets, percent-encoded');
const now = () => Math.floor(Date.now() / 1000);
const at = (seconds: number) => rfc3339(Math.floor(seconds)) as string;
const ofId = (id: number) => at(timeOf(id));
const who = (name: string, address: string) => ({ name, address: maskAddress(address) });
async function withdrawnError(db: Snapshot, msgid: string): Promise<ApiError | null> {
  const gone = (await withdrawnMails(db)).get(msgid);
  return gone ? new ApiError(410, `Message ${msgid.slice(0, 200)} was withdrawn: ${gone.reason}`) : null;
}
const missing = (what: string) => new ApiError(404, `${what.slice(0, 200)} is not in this archive.`);

const listOperations = [
  operation({
    path: '/lists',
    summary: 'All lists',
    params: z.strictObject({}),
    answer: z.object({ lists: z.array(s.list) }),
    async run({ db }) {
      const all = await lists(db);
      return {
        lists: all.map(({ first_at, last_at, synthetic, ...list }) => ({
          ...list,
          first_at: rfc3339(first_at),
          last_at: rfc3339(last_at),
          synthetic: synthetic === 1,
        })),
      };
    },
  }),
  operation({
    path: '/lists/{list}/threads',
    summary: 'Threads of a list ("all": of every list), the one with the newest mail first, 200 a page',
    params: z.strictObject({
      list: z.string().min(1).max(200),
      before: number.optional().describe('next of the page before'),
    }),
    answer: s.threads,
    async run({ params, db }) {
      const list = params.list === 'all' ? { id: null } : await findList(db, params.list);
      if (!list) throw missing(`The list "${params.list}"`);
      const { threads, next } = await newestThreads(db, list.id, params.before ?? null);
      return {
        next,
        threads: threads.map((line) => ({
          root: line.root,
          subject: line.subject,
          author: who(line.author, line.address),
          messages: line.messages,
          participants: line.participants,
          first_at: ofId(line.first_id),
          last_at: ofId(line.last_id),
        })),
      };
    },
  }),
];

const messageOperations = [
  operation({
    path: '/messages/{msgid}',
    summary: 'One message; the first where several bear the Message-ID',
    params: z.strictObject({ msgid }),
    answer: s.message,
    async run({ params, db }) {
      const found = await readMessage(db, params.msgid);
      if (!found) throw (await withdrawnError(db, params.msgid)) ?? missing(`Message ${params.msgid}`);
      const { message, parent } = found;
      return {
        msgid: message.msgid,
        lists: found.lists.map(({ name }) => name),
        sent_at: at(message.sent_at),
        received_at: rfc3339(message.received_at),
        subject: message.subject,
        author: who(message.author, message.address),
        in_reply_to: message.in_reply_to,
        references: message.refs ? message.refs.split(' ') : [],
        parent: parent ? (parent.ghost ?? parent.msgid) : null,
        thread: found.threadRoot,
        date_note: message.date_note,
        text: found.text,
        attachments: message.attachments ? JSON.parse(message.attachments) : [],
      };
    },
  }),
  operation({
    path: '/threads/{msgid}',
    summary: 'The thread of a message, in display order',
    params: z.strictObject({ msgid }),
    answer: s.thread,
    async run({ params, db }) {
      const thread = await readThreadOf(db, params.msgid);
      if (!thread) throw missing(`Message ${params.msgid}`);
      const idOf = (row: ThreadRow | undefined) => row?.ghost ?? row?.msgid ?? null;
      const byPosition = new Map(thread.rows.map((row) => [row.position, row]));
      return {
        root: thread.root,
        subject: thread.subject,
        lists: thread.lists.map(({ name }) => name),
        participants: thread.participants,
        first_at: ofId(thread.first_id),
        last_at: ofId(thread.last_id),
        messages: thread.rows.map((row) => ({
          msgid: idOf(row) as string,
          parent: row.parent === null ? null : idOf(byPosition.get(row.parent)),
          depth: row.depth,
          ghost: row.ghost !== null,
          subject: row.ghost === null ? row.subject : null,
          author: row.ghost === null ? who(row.author, row.address) : null,
          sent_at: row.ghost === null ? at(row.sent_at) : null,
        })),
      };
    },
  }),
];

const day = z
  .string()
  .refine((text) => dateSpan(text, now()) !== null, 'a date such as 2004-07-28 is wanted')
  .optional();

const searchOperations = [
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
      before: day.describe('the day behind the last'),
      from: number.optional().describe('next of the page before'),
      limit: number.refine((n) => n >= 1 && n <= MAX_LIMIT, `1 to ${MAX_LIMIT}`).default(200),
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
    summary: 'What the last word of a query may become',
    params: z.strictObject({ q: z.string().max(2000) }),
    answer: s.suggestions,
    run: async ({ params, db }) => ({ suggestions: await suggest(db, params.q, topics()) }),
  }),
];

const seriesLine = (line: SeriesLine) => ({
  id: line.id,
  title: line.title,
  author: who(line.author, line.address),
  revisions: line.revisions,
  version: line.version,
  patches: line.patches,
  status: line.status,
  addressee: line.addressee && maskAll(line.addressee),
  reviewed: line.reviewed,
  first_at: ofId(line.first_id),
  posted_at: ofId(line.posted_id),
  last_at: ofId(line.last_id),
  msgid: line.msgid,
});

const patchOperations = [
  operation({
    path: '/series',
    summary: 'Patch series, newest revision first; of those waiting for review the longest waiting first',
    params: z.strictObject({
      status: z.string().max(50).optional().describe('applied, no answer, waiting, ...'),
      list: z.string().max(200).optional(),
      author: z.string().max(200).optional(),
      older: number.optional().describe('days'),
      newer: number.optional().describe('days'),
      after: number.optional().describe('next of the page before'),
    }),
    answer: z.object({ series: z.array(s.seriesLine), next: z.int().nullable() }),
    async run({ params: { older, newer, ...filter }, db }) {
      const rows = await listSeries(db, {
        ...(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as typeof filter),
        ...(older === undefined ? {} : { olderThanDays: older }),
        ...(newer === undefined ? {} : { newerThanDays: newer }),
      } as Parameters<typeof listSeries>[1]);
      const lines = rows.slice(0, SERIES_A_PAGE);
      return {
        series: lines.map(seriesLine),
        next: rows.length > SERIES_A_PAGE ? (lines.at(-1)?.posted_id ?? null) : null,
      };
    },
  }),
  operation({
    path: '/series/{id}',
    summary: 'A patch series, as the export has it; the id of any of its mails leads to it',
    params: z.strictObject({ id: number }),
    answer: s.series,
    async run({ params, db }) {
      const id = await seriesIdOf(db, params.id);
      const series = id === null ? null : await findSeries(db, id);
      if (!series) throw missing(`Series ${params.id}`);
      const { author, ...object } = seriesObject(series) as z.input<typeof s.series>;
      return { ...object, author: who(author.name, author.address) };
    },
  }),
  operation({
    path: '/mm',
    summary: 'Announcements of the -mm tree, newest first',
    params: z.strictObject({}),
    answer: z.object({ releases: z.array(s.mmLine) }),
    async run({ db }) {
      const releases = await mmReleases(db);
      return {
        releases: releases.map(({ name, msgid, message_id, previous, added, dropped }) => ({
          release: name,
          msgid,
          sent_at: ofId(message_id),
          previous,
          added,
          dropped,
        })),
      };
    },
  }),
  operation({
    path: '/mm/{release}',
    summary: 'One release of the -mm tree',
    params: z.strictObject({ release: z.string().max(100) }),
    answer: s.mm,
    async run({ params, db }) {
      const release = await findMmRelease(db, params.release);
      if (!release) throw missing(`Release ${params.release}`);
      return {
        release: release.name,
        msgid: release.msgid,
        sent_at: ofId(release.message_id),
        previous: release.previous,
        remarks: release.remarks.map(({ subject, text, unmerged }) => ({ subject, text, unmerged: unmerged === 1 })),
        entries: release.entries.map(({ kind, file, title, note }) => ({ kind, file, title, note })),
      };
    },
  }),
];

const personLine = ({ slug, name, kind, messages, first_id, last_id }: PersonLine) => ({
  id: slug,
  name,
  kind,
  messages,
  first_at: ofId(first_id),
  last_at: ofId(last_id),
});

const peopleOperations = [
  operation({
    path: '/people',
    summary: 'Who writes here, who wrote most first',
    params: z.strictObject({
      name: z.string().max(200).optional().describe('how a name or an address begins'),
      list: z.string().max(200).optional(),
      from: number.optional().describe('next of the page before'),
    }),
    answer: z.object({ people: z.array(s.personLine), next: z.int().nullable() }),
    async run({ params, db }) {
      const from = params.from ?? 0;
      const found = await listPeople(db, { list: params.list ?? null, name: params.name ?? null, from });
      return {
        people: found.slice(0, PEOPLE_A_PAGE).map(personLine),
        next: found.length > PEOPLE_A_PAGE ? from + PEOPLE_A_PAGE : null,
      };
    },
  }),
  operation({
    path: '/people/{id}',
    summary: 'One person, by id or by address, with the names and addresses that were joined, and why',
    params: z.strictObject({ id: z.string().min(1).max(300) }),
    answer: s.personLine.extend({ identities: z.array(s.identity) }),
    async run({ params, db }) {
      const person = await findPerson(db, params.id);
      if (!person) throw missing(`The person "${params.id}"`);
      const identities = await identitiesOf(db, person.id);
      return {
        ...personLine(person),
        identities: identities.map((one) => ({ ...one, address: maskAddress(one.address) })),
      };
    },
  }),
];

const quoteOperations = [
  operation({
    method: 'post',
    path: '/quotes',
    summary: 'The mail that each quotation of an article (text, Markdown or HTML: the body) comes from',
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

const topicOperations = [
  operation({
    path: '/topics',
    summary: 'Topics, with how many messages each of them and of its systems has',
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

/** Everything that `/api/v1/` answers. */
export const OPERATIONS: Operation[] = [
  ...listOperations,
  ...messageOperations,
  ...searchOperations,
  ...patchOperations,
  ...topicOperations,
  ...peopleOperations,
  ...quoteOperations,
];
