import { z } from 'zod';

/** Version of the exports' shape. Raised when a field is removed or changes its meaning, not when a field or kind is added. */
export const EXPORT_VERSION = 1;

const msgid = z.string().describe('Message-ID without <>');
const time = z.iso.datetime().describe('RFC 3339, UTC');
const line = z.int().describe('line of the displayed text, from 0');
const who = z.object({ name: z.string(), address: z.string() });

const text = z.object({
  own: z.string().describe("the author's own words"),
  quoted: z.string().describe('quoted lines, with their marks'),
  diff: z.string().describe('diff lines, unchanged'),
  apart: z.string().describe('attributions, signatures, trailers, diffstats, logs, copied headers'),
});

const message = z.object({
  msgid,
  lists: z.array(z.string()).describe('names of the lists that carried it'),
  sent_at: time.describe('the Date: header, or the time of arrival if it cannot be read'),
  received_at: time.nullable().describe('earliest arrival known'),
  subject: z.string(),
  author: who,
  in_reply_to: msgid.nullable().describe('first id of In-Reply-To'),
  references: z.array(msgid).describe('References, then In-Reply-To'),
  parent: msgid.nullable().describe('its parent in the thread, in the archive or not'),
  thread: msgid.describe("msgid of the thread's root, in the archive or not"),
  text: text
    .optional()
    .describe('with --text: the displayed text, each line in one of four parts, in order; without binary patches'),
});

const thread = z.object({
  root: msgid,
  messages: z.array(msgid).describe('messages in the archive, in display order'),
  participants: z.int().describe("number of different authors' addresses"),
  first_at: time,
  last_at: time,
});

const revision = z.object({
  number: z.int().describe('3 for [PATCH v3 2/5]'),
  prefixes: z.array(z.string()).describe("words in the subject's brackets"),
  cover: msgid.nullable().describe('the 0/n mail'),
  patches: z.array(
    z.object({
      position: z.int().nullable(),
      total: z.int().nullable(),
      msgid,
      patch_id: z.string().nullable().describe('git patch-id --stable'),
    }),
  ),
  sent_at: time,
  resend: z.boolean().describe('sent again unchanged'),
});

const applied = z.object({
  patch: msgid,
  oid: z.string().nullable().describe('the commit, as the evidence names it'),
  tree: z.string().nullable().describe('the repository'),
  evidence: z.string().describe('msgid of the mail that says so; "commit": a commit of a repository'),
  kind: z.string().describe('what it says: applied, queued, merged, reverted, ...'),
  source: z.string().describe('where the claim comes from: a script, words, a robot, ...'),
  how: z.string().describe('how the evidence was matched to the patch'),
});

const series = z.object({
  id: z.int(),
  title: z.string(),
  author: who,
  change_id: z.string().nullable(),
  revisions: z.array(revision),
  status: z.string().describe('docs/STATES.md'),
  verdict: z
    .object({ by: z.string().describe('address'), msgid, line, at: time })
    .nullable()
    .describe('the mail that proves the status'),
  outcome_unknown: z.string().nullable().describe('the reason why perhaps no mail will ever report its outcome'),
  objections: z.array(z.object({ by: z.string().describe('address'), msgid, line, answered: z.boolean() })),
  applied: z.array(applied),
});

const trailer = z.object({
  msgid: msgid.describe('the mail that has it'),
  patch: msgid.describe('the patch that it applies to'),
  key: z.string().describe('Reviewed-by, Fixes, ...'),
  name: z.string().describe("'' where nobody is named"),
  address: z.string(),
  given_in: msgid.describe('the mail in which it was first given'),
  value: z.string().optional().describe('the value of a trailer that names nobody'),
  for_other: z.literal(true).optional().describe('the sender of given_in is not the person named'),
});

const person = z.object({
  id: z.string().describe('as in /people/{id}/'),
  name: z.string(),
  identities: z.array(z.object({ name: z.string(), address: z.string(), messages: z.int() })),
});

const topic = z.object({
  slug: z.string().describe('of topics.json'),
  msgid,
  systems: z.array(z.string()).describe('slugs of the systems that the mail names'),
});

const mm = z.object({
  release: z.string().describe('2.6.9-mm1'),
  msgid,
  sent_at: time,
  added: z.array(z.string()).describe('file names of patches'),
  dropped: z.array(z.string()),
  merged: z.array(z.string()),
  remarks: z.array(z.object({ subject: z.string(), text: z.string() })),
});

/** The objects of each kind of export. Strict, so that tests find undocumented fields. */
export const EXPORTS = {
  messages: message.describe('one object per message, sorted by msgid'),
  threads: thread.describe('one object per thread, sorted by root'),
  series: series.describe('one object per patch series with all its versions, sorted by id'),
  trailers: trailer.describe('one object per trailer and patch that it applies to, sorted by msgid'),
  people: person.describe('one object per person, sorted by id'),
  topics: topic.describe('one object per message of a topic'),
  mm: mm.describe('one object per announcement of the -mm tree, sorted by time'),
};

/** The same as JSON Schema, with the version. */
export function exportSchema(): object {
  const kinds = Object.entries(EXPORTS).map(([name, schema]) => [name, z.toJSONSchema(schema)]);
  return { version: EXPORT_VERSION, kinds: Object.fromEntries(kinds) };
}
