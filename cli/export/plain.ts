import type { z } from 'zod';
import type { PlainRow } from '#db/plain';
import type { EXPORTS } from '#db/queries/exportschema';

type Kind = keyof typeof EXPORTS;
type Of<K extends Kind> = z.infer<(typeof EXPORTS)[K]>;

/** The objects of each kind as rows of a plain database (db/plain.sql). */
export const ROWS: { [K in Kind]: (object: Of<K>, nth: number) => PlainRow[] } = {
  messages: ({ msgid, lists, references, author, text, ...rest }, nth) => [
    [
      'message',
      {
        id: nth,
        msgid,
        subject: rest.subject,
        author_name: author.name,
        author_address: author.address,
        sent_at: rest.sent_at,
        received_at: rest.received_at,
        in_reply_to: rest.in_reply_to,
        parent: rest.parent,
        thread: rest.thread,
        own: text?.own ?? '',
        quoted: text?.quoted ?? '',
        diff: text?.diff ?? '',
        apart: text?.apart ?? '',
      },
    ],
    ...lists.map((list): PlainRow => ['message_list', { message: nth, list }]),
    ...references.map((one, position): PlainRow => ['message_reference', { message: nth, position, msgid: one }]),
  ],
  threads: ({ root, messages, ...rest }) => [
    ['thread', { root, messages: messages.length, ...rest }],
    ...messages.map((msgid, position): PlainRow => ['thread_message', { root, position, msgid }]),
  ],
  series: ({ id, revisions, author, verdict, objections, applied, ...rest }) => [
    [
      'series',
      {
        id,
        ...rest,
        author_name: author.name,
        author_address: author.address,
        verdict_by: verdict?.by ?? null,
        verdict_msgid: verdict?.msgid ?? null,
        verdict_line: verdict?.line ?? null,
        verdict_at: verdict?.at ?? null,
      },
    ],
    ...revisions.flatMap(({ patches, prefixes, resend, ...revision }, nth): PlainRow[] => [
      ['revision', { series: id, nth, prefixes: prefixes.join(' '), resend: Number(resend), ...revision }],
      ...patches.map((patch): PlainRow => ['patch', { series: id, nth, ...patch }]),
    ]),
    ...applied.map((one): PlainRow => ['applied', { series: id, ...one }]),
    ...objections.map(
      ({ answered, ...one }): PlainRow => ['objection', { series: id, ...one, answered: Number(answered) }],
    ),
  ],
  trailers: ({ value = null, for_other = false, ...rest }) => [
    ['trailer', { ...rest, value, for_other: Number(for_other) }],
  ],
  people: ({ id, name, identities }) => [
    ['person', { id, name }],
    ...identities.map((identity): PlainRow => ['identity', { person: id, ...identity }]),
  ],
  topics: ({ slug, msgid, systems }) => [
    ['topic', { slug, msgid }],
    ...systems.map((system): PlainRow => ['topic_system', { slug, msgid, system }]),
  ],
  mm: ({ release, msgid, sent_at, remarks, added, dropped, merged }) => [
    ['mm_release', { msgid, release, sent_at }],
    ...Object.entries({ added, dropped, merged }).flatMap(([kind, files]) =>
      files.map((file): PlainRow => ['mm_entry', { release_msgid: msgid, kind, file }]),
    ),
    ...remarks.map((remark): PlainRow => ['mm_remark', { release_msgid: msgid, ...remark }]),
  ],
};
