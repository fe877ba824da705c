import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync } from 'node:zlib';
import { doubtful, parseMail } from '#ingest/parse/index';
import { resolveQuotes } from '#ingest/quote/resolve';
import { attachmentKey } from '#mail/same';
import { type ParsedMail, pack } from './pack';
import type { Heads, ParseRequest, Progress, QuotesRequest, Request, ThreadQuotes } from './protocol';

/**
 * A parsing worker. It parses each unit once, keeps it until the main thread says which of its mails are new,
 * then packs and forgets it.
 */
const units = new Map<number, ParsedMail[]>();

const progress: Progress = new Int32Array(workerData as SharedArrayBuffer);

/** Records which mail is being read, for the main thread's watchdog. */
function begin(unit: number, index: number): void {
  Atomics.store(progress, 1, unit);
  Atomics.store(progress, 2, index);
  Atomics.add(progress, 0, 1);
}

const rest = () => begin(-1, 0);

parentPort?.on('message', (request: Request) => {
  if (request.type === 'parse') {
    reply(request.unit, parse(request));
  } else if (request.type === 'text') {
    reply(request.unit, units.get(request.unit)?.[request.index]?.message.text ?? '');
  } else if (request.type === 'quotes') {
    reply(request.unit, quotesOf(request));
  } else {
    const mails = units.get(request.unit) ?? [];
    units.delete(request.unit);
    const packed = pack(
      request.keep.map((index) => mails[index] as ParsedMail),
      (n) => begin(request.unit, request.keep[n] as number),
    );
    rest();
    reply(
      request.unit,
      packed,
      [...packed.blocks.map(({ data }) => data), packed.words, packed.columnEnds].map(
        ({ buffer }) => buffer as ArrayBuffer,
      ),
    );
  }
});

/** Blocks of text are closed at 32 KB (blocks.ts): most are decompressed into one buffer of this size, instead of several of 16 KB. */
const PIECE = 48 * 1024;

function quotesOf({ threads, blocks }: QuotesRequest): ThreadQuotes {
  const plain = new Map(blocks.map(({ id, data }) => [id, brotliDecompressSync(data, { chunkSize: PIECE })]));
  return threads.map((slots) => {
    const members = slots.map(({ parent, block, at, size }) => ({
      parent,
      text: block === null ? '' : (plain.get(block)?.toString('utf8', at ?? 0, (at ?? 0) + (size ?? 0)) ?? ''),
    }));
    return resolveQuotes(members).quotes.map((one) => [
      one.by,
      one.line,
      one.lines,
      one.from,
      one.fromLine,
      one.fromLines,
      one.isAnswered ? 1 : 0,
    ]);
  });
}

function reply(unit: number, value: unknown, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage({ unit, value }, transfer);
}

function parse({ unit, bytes, ends, received, fromLines, doubts }: ParseRequest): Heads {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const doubted = new Map(doubts);
  const mails: ParsedMail[] = [];
  let start = 0;
  for (let n = 0; n < ends.length; n++) {
    begin(unit, n);
    const raw = whole.subarray(start, ends[n]);
    const hints = { receivedAt: received[n] ?? null, fromLine: fromLines[n] ?? null };
    const doubt = doubted.get(n);
    mails.push({ message: doubt === undefined ? parseMail(raw, hints) : doubtful(raw, hints, doubt), raw });
    start = ends[n] as number;
  }
  units.set(unit, mails);
  rest();
  return headsOf(mails);
}

const SYNTHETIC = Buffer.from('\nX-Threadline-Synthetic:');

function headsOf(mails: ParsedMail[]): Heads {
  const messages = mails.map((mail) => mail.message);
  return {
    msgid: messages.map((message) => message.msgid),
    refs: messages.map((message) => message.references.join(' ')),
    possibleParent: messages.map((message) => message.possibleParent ?? ''),
    sentAt: messages.map((message) => message.sentAt),
    receivedAt: messages.map((message) => message.receivedAt),
    authorName: messages.map((message) => message.author.name),
    authorAddress: messages.map((message) => message.author.address.toLowerCase()),
    subject: messages.map((message) => message.subject),
    attachments: messages.map((message) => attachmentKey(message.attachments)),
    listId: messages.map((message) => message.listIds[0] ?? ''),
    mailingList: messages.map((message) => message.headers.xMailingList ?? ''),
    synthetic: mails.map(({ raw, message }) => raw.subarray(0, message.headerBytes).includes(SYNTHETIC)),
  };
}
