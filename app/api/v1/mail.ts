import { z } from 'zod';
import type { Snapshot } from '#db/open';
import { rfc3339 } from '#db/queries/export';
import { lists } from '#db/queries/home';
import { findList, newestThreads } from '#db/queries/list';
import { readMessage } from '#db/queries/message';
import { readThreadOf, type ThreadRow } from '#db/queries/thread';
import { withdrawnMails } from '#db/queries/withdrawn';
import { ApiError, type Operation, operation } from '../../_page/api';
import { at, missing, number, ofId, who } from './common';
import * as s from './schemas';

const msgid = z.string().min(1).max(2000).describe('Message-ID without brackets, percent-encoded');

async function withdrawnError(db: Snapshot, msgid: string): Promise<ApiError | null> {
  const gone = (await withdrawnMails(db)).get(msgid);
  return gone ? new ApiError(410, `Message ${msgid.slice(0, 200)} was withdrawn: ${gone.reason}`) : null;
}

export const listOperations: Operation[] = [
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
    summary: 'Threads of a list ("all": of all lists), newest mail first, 200 a page',
    params: z.strictObject({
      list: z.string().min(1).max(200),
      before: number.optional().describe('"next" of the previous page'),
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

export const messageOperations: Operation[] = [
  operation({
    path: '/messages/{msgid}',
    summary: 'One message; the first if several have the Message-ID',
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
