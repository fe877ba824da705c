import { z } from 'zod';
import { EXPORTS } from '#db/queries/exportschema';

/** The schemas of the answers, with the fields and names of the exports (docs/EXPORT.md). */

const time = z.iso.datetime().describe('RFC 3339, UTC');
const who = z.object({
  name: z.string(),
  address: z.string().describe('masked if the operator has chosen so'),
});

export const list = z.object({
  name: z.string(),
  list_id: z.string().nullable(),
  description: z.string().nullable(),
  messages: z.int(),
  first_at: time.nullable(),
  last_at: time.nullable(),
  synthetic: z.boolean().describe('invented people and mails'),
});

const threadLine = z.object({
  root: z.string().describe("msgid of the thread's root; a ghost's if the root was never seen"),
  subject: z.string(),
  author: who,
  messages: z.int(),
  participants: z.int(),
  first_at: time,
  last_at: time,
});

export const threads = z.object({
  threads: z.array(threadLine),
  next: z.int().nullable().describe('"before" of the next page; null at the end'),
});

export const message = z.object({
  msgid: z.string(),
  lists: z.array(z.string()),
  sent_at: time,
  received_at: time.nullable(),
  subject: z.string(),
  author: who,
  in_reply_to: z.string().nullable(),
  references: z.array(z.string()),
  parent: z.string().nullable(),
  thread: z.string(),
  date_note: z
    .string()
    .nullable()
    .describe('the reason why sent_at is the time of arrival: Date is missing, unreadable or impossible'),
  text: z.string(),
  attachments: z.array(
    z.object({ index: z.int(), name: z.string().nullable(), type: z.string(), size: z.int() }).loose(),
  ),
});

export const thread = z.object({
  root: z.string(),
  subject: z.string(),
  lists: z.array(z.string()),
  participants: z.int(),
  first_at: time,
  last_at: time,
  messages: z.array(
    z.object({
      msgid: z.string(),
      parent: z.string().nullable(),
      depth: z.int(),
      ghost: z.boolean().describe('mails refer to it, but it is not in the archive'),
      subject: z.string().nullable(),
      author: who.nullable(),
      sent_at: time.nullable(),
    }),
  ),
});

const facet = z.object({
  value: z.string(),
  title: z.string().optional().describe('its title, if different from the value'),
  count: z.int(),
});

export const found = z.object({
  query: z.string(),
  total: z.int(),
  total_is_bound: z.boolean().describe('whether there are more results than total'),
  results: z.array(
    z.object({
      msgid: z.string(),
      subject: z.string(),
      author: who,
      sent_at: time,
      lists: z.array(z.string()),
      thread: z.string(),
      snippet: z.string(),
      quotes: who.nullable().optional().describe('who wrote the snippet, if it is a quotation; null: not found'),
    }),
  ),
  next: z.int().nullable().describe('"from" of the next page; null at the end'),
  notice: z.string().nullable().describe('a note for the reader, for example that a wildcard was split'),
  facets: z
    .object({
      lists: z.array(facet),
      years: z.array(facet),
      authors: z.array(facet).describe('persons by id'),
      statuses: z.array(facet),
      topics: z.array(facet),
      facts: z.array(facet).describe('statements on bugs, for has:'),
    })
    .nullable(),
});

export const seriesLine = z.object({
  id: z.int(),
  title: z.string(),
  author: who,
  revisions: z.int().describe('number of different versions in the archive'),
  version: z.string().describe('number of the newest version: 20, 5.1'),
  patches: z.int(),
  status: z.string(),
  addressee: z
    .string()
    .nullable()
    .describe('the recipient of the newest version: the first one that is not an author, robot or list'),
  reviewed: z.int().describe('patches of the newest version with a review or an ack'),
  first_at: time,
  posted_at: time,
  last_at: time,
  msgid: z.string().describe("of the newest revision's first mail"),
});

/** As in the export, but the address may be masked. */
export const series = EXPORTS.series.extend({ author: who });

export const mmLine = z.object({
  release: z.string(),
  msgid: z.string(),
  sent_at: time,
  previous: z.string().nullable(),
  added: z.int(),
  dropped: z.int(),
});

export const mm = z.object({
  release: z.string(),
  msgid: z.string(),
  sent_at: time,
  previous: z.string().nullable(),
  remarks: z.array(z.object({ subject: z.string(), text: z.string(), unmerged: z.boolean() })),
  entries: z.array(
    z.object({ kind: z.string(), file: z.string(), title: z.string().nullable(), note: z.string().nullable() }),
  ),
});

export const personLine = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['person', 'bot', 'role']).describe('role: an address used by several people'),
  messages: z.int(),
  first_at: time,
  last_at: time,
});

export const identity = z.object({
  name: z.string(),
  address: z.string(),
  messages: z.int(),
  reason: z.string().describe('why it belongs to this person'),
});

export const topic = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  messages: z.int(),
  first_at: time.nullable(),
  last_at: time.nullable(),
  systems: z.array(z.object({ slug: z.string(), title: z.string(), messages: z.int() })),
});

export const quote = z.object({
  text: z.string(),
  status: z.enum(['verbatim', 'edited', 'not found']),
  matches: z
    .array(
      z.object({
        msgid: z.string(),
        lines: z.tuple([z.int(), z.int()]).describe('of the displayed text, from 1, both inclusive'),
        text: z.string(),
        similarity: z.number(),
      }),
    )
    .describe('best first; for a quotation that is not found, the nearest passage'),
});

export const suggestions = z.object({
  suggestions: z.array(
    z.object({
      query: z.string().describe('the query with this word completed'),
      label: z.string(),
      kind: z.enum(['prefix', 'list', 'person', 'topic', 'system', 'value']),
    }),
  ),
});
