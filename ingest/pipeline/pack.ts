import { inOrder, PACKED_COLUMNS } from '#db/write/columns';
import { addPatchRows } from '#ingest/patch/index';
import { type Body, type IndexParts, partsForIndex, readBody } from '#mail/body';
import { FLAG } from '#mail/flags';
import type { Message } from '#mail/types';
import { parseSubject } from '#patch/subject';
import { spaceCjk } from '#query/cjk';
import { SEARCH_COLUMNS, type SearchColumn, TERM } from '#query/term';
import { BLOCK, BlockPacker, type Slot } from './blocks';
import type { Cell, Packed } from './protocol';

export interface ParsedMail {
  message: Message;
  raw: Buffer;
}

/** Prepares new mails for storing: blocks, rows, words and facts. Runs in a worker. `onMail` is called before each mail. */
export function pack(mails: ParsedMail[], onMail: (index: number) => void = () => {}): Packed {
  const packer = new BlockPacker();
  const packed: Packed = {
    messages: [],
    blocks: [],
    words: new Uint8Array(),
    columnEnds: new Uint32Array(),
    facts: { term: [] },
  };
  const words = new Words(mails.length);
  mails.forEach(({ message, raw }, index) => {
    onMail(index);
    const body = readBody(message.text);
    const parts = withAttached(partsForIndex(body), message);
    packed.messages.push(messageRow(message, body, raw, packer, flagsOf(message, parts)));
    words.add(searchRow(message, parts));
    addTerms(packed.facts.term as Cell[][], index, message, parts);
    addPatchRows(packed.facts, index, message, body);
  });
  packed.blocks = packer.finish();
  packed.words = words.bytes();
  packed.columnEnds = words.ends;
  return packed;
}

/** The columns of the full-text index as bytes, which the main thread passes on without reading them. */
class Words {
  /** Used again for each unit. Only long attachments do not fit. */
  static readonly #shared = Buffer.allocUnsafeSlow(2 * 1024 * 1024);
  #buffer = Words.#shared;
  readonly ends: Uint32Array;
  #columns = 0;
  #size = 0;

  constructor(mails: number) {
    this.ends = new Uint32Array(mails * SEARCH_COLUMNS.length);
  }

  add(columns: string[]): void {
    for (const column of columns) {
      if (column !== '') this.#size += this.#room(3 * column.length).write(column, this.#size);
      this.ends[this.#columns++] = this.#size;
    }
  }

  /** A copy, which can be handed over to the main thread. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#size));
  }

  /** The buffer, with room for so many bytes more: a UTF-16 unit takes three at most. */
  #room(bytes: number): Buffer {
    const needed = this.#size + bytes;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(2 * needed);
      this.#buffer.copy(grown, 0, 0, this.#size);
      this.#buffer = grown;
    }
    return this.#buffer;
  }
}

function messageRow(message: Message, read: Body, raw: Buffer, packer: BlockPacker, flags: number): Cell[] {
  const text = Buffer.from(message.text);
  const body = raw.subarray(message.headerBytes);
  const head = packer.add(BLOCK.head, raw.subarray(0, message.headerBytes));
  const shown = packer.add(BLOCK.text, text);
  const kept: Slot | null = body.equals(text) ? null : packer.add(BLOCK.body, body);
  const attachments = message.attachments.map(({ text: _text, ...facts }) => facts);
  return inOrder(PACKED_COLUMNS, {
    subject: message.subject,
    sent_zone: message.sentZone,
    date_note: message.dateNote,
    in_reply_to: message.inReplyTo,
    flags,
    lines: read.starts.length - 1,
    bytes: raw.length,
    attachments: attachments.length ? JSON.stringify(attachments) : null,
    notes: message.notes.length ? JSON.stringify(message.notes) : null,
    head_block: head.block,
    head_at: head.at,
    head_size: head.size,
    text_block: shown.block,
    text_at: shown.at,
    text_size: shown.size,
    body_block: kept?.block ?? null,
    body_at: kept?.at ?? null,
    body_size: kept?.size ?? null,
  });
}

function flagsOf(message: Message, parts: IndexParts): number {
  let flags = 0;
  if (parts.file || parts.added || parts.removed || message.attachments.some(({ text }) => isDiff(text)))
    flags |= FLAG.patch;
  else if (message.subject.includes('0') && parseSubject(message.subject).kind === 'cover') flags |= FLAG.cover;
  if (message.references.length || /^re:/i.test(message.subject)) flags |= FLAG.reply;
  if (message.attachments.length) flags |= FLAG.attachment;
  if (message.textKind === 'html') flags |= FLAG.html;
  if (message.msgidDerived) flags |= FLAG.derived;
  return flags;
}

/** Characters of textual attachments that are indexed per mail; kernel configurations from test robots are about 150 KB. */
const MAX_ATTACHMENT_WORDS = 512 * 1024;

/** Whether an attachment is a patch, whatever its type says. */
const isDiff = (text: string | null): text is string =>
  text !== null && /^(?:diff --git |--- \S.*\n\+\+\+ )/m.test(text.slice(0, 20_000));

/** Adds attached patches, so that they are found by files and lines like those in the text. */
function withAttached(parts: IndexParts, { attachments }: Message): IndexParts {
  let size = 0;
  let all = parts;
  for (const { text } of attachments) {
    if (!isDiff(text) || size + text.length > MAX_ATTACHMENT_WORDS) continue;
    size += text.length;
    const diff = partsForIndex(text);
    const both = (column: 'file' | 'hunk' | 'removed' | 'added' | 'context') =>
      `${all[column]}\n${diff[column]}`.trim();
    all = {
      ...all,
      file: both('file'),
      hunk: both('hunk'),
      removed: both('removed'),
      added: both('added'),
      context: both('context'),
      pre: [...all.pre, ...diff.pre],
      post: [...all.post, ...diff.post],
    };
  }
  return all;
}

function searchRow(message: Message, parts: IndexParts): string[] {
  const attached = message.attachments.map(({ name, text }) => `${name ?? ''}\n${text ?? ''}`).join('\n');
  const row: Record<SearchColumn, string> = {
    subject: message.subject,
    author: `${message.author.name} ${message.author.address}`,
    recipient: message.headers.to ?? '',
    copied: message.headers.cc ?? '',
    own: parts.own,
    aside: parts.aside,
    quoted: parts.quoted,
    file: parts.file,
    hunk: parts.hunk,
    removed: parts.removed,
    added: parts.added,
    context: parts.context,
    attachment: attached.slice(0, MAX_ATTACHMENT_WORDS),
    msgid: message.msgid,
    list: message.listIds.join('\n'),
  };
  return inOrder(SEARCH_COLUMNS, row).map(spaceCjk);
}

function addTerms(rows: Cell[][], index: number, message: Message, parts: IndexParts): void {
  const add = (kind: number, values: Iterable<string>) => {
    for (const value of new Set(values)) rows.push([index, kind, value]);
  };
  add(TERM.dfpre, parts.pre);
  add(TERM.dfpost, parts.post);
  if (message.headers.changeId) add(TERM.changeid, [message.headers.changeId]);
  if (message.headers.forPatchId) add(TERM.forpatchid, [message.headers.forPatchId]);
}
