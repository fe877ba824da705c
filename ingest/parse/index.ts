import { createHash } from 'node:crypto';
import { decodeWords, parseAddresses } from '#mail/address';
import { checkedBy } from '#mail/authenticity';
import { decodeText } from '#mail/charset';
import { mimeDanger } from '#mail/danger';
import { dateOf, isArrival, parseDate } from '#mail/date';
import { type HeaderBlock, headerText, MAX_HEADER_BYTES, scanHeaders, WantedHeaders } from '#mail/header';
import { idsOf, ownId, possibleId, referencesOf, repliedIds } from '#mail/msgid';
import type { Address, Message } from '#mail/types';
import { directForm, directText } from './direct';
import { type MimeContent, readMime } from './mime';

/** Longer displayed text is cut. The largest real mail in the archives is 2 MB. */
export const MAX_TEXT = 8 * 1024 * 1024;
/** A longer subject is cut. */
export const MAX_SUBJECT = 4096;
/** A longer display name or address is cut: RFC 5321 4.5.3.1.3 limits an address to 256. */
const MAX_NAME = 1000;
/** Characters of the recipients that are indexed for the search. */
const MAX_RECIPIENTS = 128 * 1024;

const WANTED = new WantedHeaders(
  new Set(
    'from to cc subject date message-id in-reply-to references content-type content-disposition content-transfer-encoding list-id received x-mailing-list x-change-id x-for-patch-id supersedes authentication-results'.split(
      ' ',
    ),
  ),
);

/** The arrival according to the source, and the time in an mbox's `From ` line, which counts if nothing else is known. */
export interface Hints {
  receivedAt: number | null;
  fromLine?: number | null;
}

/** Parses a mail. Never throws: bad mail gives a poorer Message, with notes on what was cut or guessed. */
export function parseMail(bytes: Buffer, hints: Hints): Message {
  const block = scanHeaders(bytes, WANTED);
  const types = block.all('content-type');
  const form = directForm(
    types.length > 1 ? types.find((type) => type !== '') : types[0],
    block.first('content-disposition'),
    block.first('content-transfer-encoding'),
  );
  const body = bytes.subarray(block.bodyAt);
  if (form) return compose(bytes, block, hints, { ...plain(directText(body, form)), charset: form.charset });
  const danger = mimeDanger(bytes);
  if (danger) return compose(bytes, block, hints, { ...plain(body.toString('latin1', 0, MAX_TEXT)), notes: [danger] });
  return compose(bytes, block, hints, shownAtLeast(readMime(bytes), body));
}

/** Shows a body unchanged if neither text nor parts were found in it. */
function shownAtLeast(content: MimeContent, body: Buffer): MimeContent {
  if (content.textKind !== 'none' || content.attachments.length || body.toString('latin1', 0, 4096).trim() === '')
    return content;
  const text = decodeText(body.subarray(0, MAX_TEXT), content.charset);
  return { ...plain(text), notes: [...content.notes, 'no text was found in its parts: shown undecoded'] };
}

/**
 * The Message for a mail that could not be read within its time or memory. Its bytes are kept. Only its headers are read (`doubt` 1),
 * or, if that failed too, nothing.
 */
export function doubtful(bytes: Buffer, hints: Hints, doubt: number): Message {
  const block = scanHeaders(doubt > 1 ? Buffer.alloc(0) : bytes, WANTED);
  const note = 'it could not be read within the time and memory allowed for a mail: only its raw form is kept';
  return compose(bytes, block, hints, { ...plain(''), notes: [note] });
}

const plain = (text: string): MimeContent => ({
  text,
  textKind: text.trim() === '' ? 'none' : 'plain',
  charset: null,
  attachments: [],
  notes: [],
});

function compose(bytes: Buffer, block: HeaderBlock, hints: Hints, content: MimeContent): Message {
  const notes = [...content.notes];
  const heading = (raw: string) => headerText(raw, content.charset);
  const author = parseAddresses(heading(block.all('from')[0] ?? ''))[0] ?? { name: '', address: '' };
  if (Math.max(author.name.length, author.address.length) > MAX_NAME)
    notes.push(`author's name or address cut at ${MAX_NAME} characters`);
  const dated = heading(block.first('date') ?? '') || undefined;
  const receivedAt = arrivalOf(block, hints, dated);
  if (block.bodyAt > MAX_HEADER_BYTES)
    notes.push(`headers of ${block.bodyAt} bytes, of which the first ${MAX_HEADER_BYTES} are read`);
  const date = dateOf(dated, receivedAt);
  const replyTo = headerText(block.first('in-reply-to') ?? '');
  const borne = ownId(headerText(block.first('message-id') ?? ''));
  const msgid = borne ?? derivedMsgid(bytes);
  return new ParsedMessage(block, content.charset, {
    msgid,
    msgidDerived: borne === null,
    subject: subjectOf(heading(block.first('subject') ?? ''), notes),
    author: tidied(author),
    inReplyTo: repliedIds(replyTo)[0] ?? null,
    possibleParent: possibleParent(replyTo),
    references: referencesOf(block.all('references'), block.all('in-reply-to'), msgid, () => everyAddress(block)),
    sentAt: date.at,
    sentZone: date.zone,
    dateNote: date.note,
    receivedAt,
    listIds: block.all('list-id').flatMap((value) => listIdOf(value)),
    text: shownText(content.text, notes),
    textKind: content.textKind,
    attachments: content.attachments,
    headers: identifyingHeaders(block, heading),
    headerBytes: block.bodyAt,
    notes,
  });
}

/** A class, because V8 keeps an object literal with getters as a hash table, in which each of its properties is looked up. */
class ParsedMessage implements Message {
  readonly #block: HeaderBlock;
  readonly #charset: string | null;
  msgid: Message['msgid'];
  msgidDerived: boolean;
  subject: string;
  author: Address;
  inReplyTo: Message['inReplyTo'];
  possibleParent: Message['possibleParent'];
  references: Message['references'];
  sentAt: number;
  sentZone: number | null;
  dateNote: Message['dateNote'];
  receivedAt: number | null;
  listIds: string[];
  text: string;
  textKind: Message['textKind'];
  attachments: Message['attachments'];
  headers: Message['headers'];
  headerBytes: number;
  notes: string[];

  constructor(block: HeaderBlock, charset: string | null, read: Omit<Message, 'to' | 'cc' | 'senderChecked'>) {
    this.#block = block;
    this.#charset = charset;
    this.msgid = read.msgid;
    this.msgidDerived = read.msgidDerived;
    this.subject = read.subject;
    this.author = read.author;
    this.inReplyTo = read.inReplyTo;
    this.possibleParent = read.possibleParent;
    this.references = read.references;
    this.sentAt = read.sentAt;
    this.sentZone = read.sentZone;
    this.dateNote = read.dateNote;
    this.receivedAt = read.receivedAt;
    this.listIds = read.listIds;
    this.text = read.text;
    this.textKind = read.textKind;
    this.attachments = read.attachments;
    this.headers = read.headers;
    this.headerBytes = read.headerBytes;
    this.notes = read.notes;
  }

  // Parsed on demand: most of ingest needs only their words, and lists of recipients are long.
  get to(): Address[] {
    return addressesOf(this.#block.all('to').map((raw) => headerText(raw, this.#charset)));
  }

  get cc(): Address[] {
    return addressesOf(this.#block.all('cc').map((raw) => headerText(raw, this.#charset)));
  }

  get senderChecked() {
    return checkedBy(this.#block.all('authentication-results'), this.author.address);
  }
}

/** The mailboxes in all headers of a name. (For From: only the first header counts, as in mail clients.) */
function addressesOf(values: string[]): Address[] {
  return values.flatMap((value) => parseAddresses(value)).map(tidied);
}

function everyAddress(block: HeaderBlock): Set<string> {
  const values = ['from', 'to', 'cc'].flatMap((name) => block.all(name)).map((value) => headerText(value));
  return new Set(addressesOf(values).map(({ address }) => address.toLowerCase()));
}

const tidied = ({ name, address }: Address): Address => ({
  name: clean(name.slice(0, MAX_NAME)),
  address: clean(address.slice(0, MAX_NAME)),
});

/** Removes control characters and lone surrogates, which would break anything made from a name or subject. */
function clean(text: string): string {
  const tidy = /[\x00-\x1f\x7f]/.test(text) ? text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim() : text;
  return tidy.isWellFormed() ? tidy : tidy.toWellFormed();
}

function subjectOf(header: string, notes: string[]): string {
  const subject = clean(decodeWords(header));
  if (subject.length <= MAX_SUBJECT) return subject;
  notes.push(`subject of ${subject.length} characters, of which the first ${MAX_SUBJECT} are shown`);
  return subject.slice(0, MAX_SUBJECT).toWellFormed();
}

/** A stable id for a mail without one: the same bytes give the same id. RFC 2606 reserves the domain. */
function derivedMsgid(bytes: Buffer): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}@derived.invalid`;
}

/** An id in an encoded word, or alone without brackets; whether it is one depends on a stored mail. */
function possibleParent(inReplyTo: string): string | null {
  const encoded = inReplyTo.includes('=?') ? decodeWords(inReplyTo) : inReplyTo;
  return encoded === inReplyTo ? possibleId(inReplyTo) : (idsOf(encoded)[0] ?? possibleId(encoded.trim()));
}

function arrivalOf(block: HeaderBlock, { receivedAt, fromLine }: Hints, dated: string | undefined): number | null {
  const received = receivedAt ?? receivedDate(block);
  if (received !== null || fromLine === undefined || fromLine === null) return received;
  return isArrival(fromLine, dated) ? fromLine : null;
}

function receivedDate(block: HeaderBlock): number | null {
  for (const value of block.all('received')) {
    const date = parseDate(value.slice(value.lastIndexOf(';') + 1));
    if (date && date.at > 0) return date.at;
  }
  return null;
}

function listIdOf(value: string): string[] {
  const inside = /<([^<>]{1,200})>/.exec(value)?.[1] ?? (/^[\w.-]{3,200}$/.test(value) ? value : undefined);
  return inside === undefined ? [] : [clean(headerText(inside)).trim().toLowerCase()].filter(Boolean);
}

function identifyingHeaders(block: HeaderBlock, heading: (raw: string) => string): Message['headers'] {
  const headers: Message['headers'] = {};
  const set = (key: keyof Message['headers'], name: string) => {
    const value = block.first(name);
    if (value) headers[key] = clean(heading(value)).slice(0, 500);
  };
  const recipients = (name: string) => clean(decodeWords(heading(block.all(name).join(', ').slice(0, MAX_RECIPIENTS))));
  headers.to = recipients('to');
  headers.cc = recipients('cc');
  set('changeId', 'x-change-id');
  set('forPatchId', 'x-for-patch-id');
  set('xMailingList', 'x-mailing-list');
  set('supersedes', 'supersedes');
  return headers;
}

const CLEARSIGNED = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----';

/** Undoes RFC 9580 7.1: in a signed text, lines that begin with a dash are sent with `- ` before them. */
function withoutDashes(text: string): string {
  const begin = text.indexOf(CLEARSIGNED);
  const end = text.indexOf(`\n${SIGNATURE}`, begin);
  if ((begin > 0 && text[begin - 1] !== '\n') || end < 0) return text;
  const signed = text.slice(begin, end).replace(/^- (?=-|From )/gm, '');
  return text.slice(0, begin) + signed + text.slice(end);
}

function shownText(text: string, notes: string[]): string {
  let shown = text.includes(CLEARSIGNED) ? withoutDashes(text) : text;
  if (shown.length > MAX_TEXT) {
    notes.push(`text of ${shown.length} characters, of which the first ${MAX_TEXT} are shown`);
    shown = shown.slice(0, MAX_TEXT);
  }
  if (shown.includes('\0')) {
    notes.push('NUL bytes removed');
    shown = shown.replaceAll('\0', '');
  }
  return shown.isWellFormed() ? shown : shown.toWellFormed();
}
