import { createHash } from 'node:crypto';
import { decodeWords, parseAddresses } from '#mail/address';
import { mimeDanger } from '#mail/danger';
import { dateOf, parseDate } from '#mail/date';
import { type HeaderBlock, headerText, MAX_HEADER_BYTES, scanHeaders, WantedHeaders } from '#mail/header';
import { idsOf, referencesOf } from '#mail/msgid';
import type { Address, Message } from '#mail/types';
import { directForm, directText } from './direct';
import { type MimeContent, readMime } from './mime';

/** Displayed text above this is cut. The largest honest mail of the archives is 2 MB. */
export const MAX_TEXT = 8 * 1024 * 1024;
/** A subject above this is cut. */
export const MAX_SUBJECT = 4096;
/** A display name or an address above this is cut: RFC 5321 4.5.3.1.3 bounds an address at 256. */
const MAX_NAME = 1000;
/** So much of the recipients is searched for by words. */
const MAX_RECIPIENTS = 128 * 1024;

const WANTED = new WantedHeaders(
  new Set(
    'from to cc subject date message-id in-reply-to references content-type content-disposition content-transfer-encoding list-id received x-mailing-list x-change-id x-for-patch-id x-mailer user-agent archived-at supersedes'.split(
      ' ',
    ),
  ),
);

/**
 * Reads one mail. Never throws or rejects: bad mail gives a poorer Message, with notes on what was cut.
 * One text/plain part (97 in 100 mails of a list) is read at once; anything else by mailparser, as a promise.
 */
export function parseMail(bytes: Buffer, hints: { receivedAt: number | null }): Message | Promise<Message> {
  const block = scanHeaders(bytes, WANTED);
  const form = directForm(
    block.first('content-type'),
    block.first('content-disposition'),
    block.first('content-transfer-encoding'),
  );
  const body = bytes.subarray(block.bodyAt);
  if (form) return compose(bytes, block, hints.receivedAt, plain(directText(body, form)));
  const danger = mimeDanger(bytes);
  if (danger)
    return compose(bytes, block, hints.receivedAt, { ...plain(body.toString('latin1', 0, MAX_TEXT)), notes: [danger] });
  return readMime(bytes)
    .catch((error) => ({
      ...plain(body.toString('utf8', 0, MAX_TEXT)),
      notes: [`its MIME parts cannot be read (${reasonOf(error)}): shown undecoded`],
    }))
    .then((content) => compose(bytes, block, hints.receivedAt, content));
}

/**
 * A mail that could not be read within its time or memory. Its bytes are kept; of it are told its headers (`doubt` 1), or, where it
 * failed with these too, nothing but that.
 */
export function doubtful(bytes: Buffer, hints: { receivedAt: number | null }, doubt: number): Message {
  const block = scanHeaders(doubt > 1 ? Buffer.alloc(0) : bytes, WANTED);
  const note = 'it could not be read within the time and memory that one mail may take: only its raw form is kept';
  return compose(bytes, block, hints.receivedAt, { ...plain(''), notes: [note] });
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 200);

const plain = (text: string): MimeContent => ({
  text,
  textKind: text.trim() === '' ? 'none' : 'plain',
  attachments: [],
  notes: [],
});

function compose(bytes: Buffer, block: HeaderBlock, arrival: number | null, content: MimeContent): Message {
  const notes = [...content.notes];
  const author = parseAddresses(headerText(block.all('from')[0] ?? ''))[0] ?? { name: '', address: '' };
  if (Math.max(author.name.length, author.address.length) > MAX_NAME)
    notes.push(`author's name or address cut at ${MAX_NAME} characters`);
  const receivedAt = arrival ?? receivedDate(block);
  if (block.bodyAt > MAX_HEADER_BYTES)
    notes.push(`headers of ${block.bodyAt} bytes, of which the first ${MAX_HEADER_BYTES} are read`);
  const date = dateOf(block.first('date'), receivedAt);
  const borne = msgidOf(block);
  const msgid = borne ?? derivedMsgid(bytes);
  return {
    msgid,
    msgidDerived: borne === null,
    subject: subjectOf(block, notes),
    author: tidied(author),
    // Read when they are asked for: most of ingest needs their words only, and lists of recipients are long.
    get to() {
      return addressesOf(block.all('to'));
    },
    get cc() {
      return addressesOf(block.all('cc'));
    },
    inReplyTo: idsOf(block.first('in-reply-to') ?? '')[0] ?? null,
    references: referencesOf(block.all('references'), block.all('in-reply-to'), msgid, () => everyAddress(block)),
    sentAt: date.at,
    sentZone: date.zone,
    dateNote: date.note,
    receivedAt,
    listIds: block.all('list-id').flatMap((value) => listIdOf(value)),
    text: shownText(content.text, notes),
    textKind: content.textKind,
    attachments: content.attachments,
    headers: identifyingHeaders(block),
    headerBytes: block.bodyAt,
    notes,
  };
}

/** From: the first header is the author's, as clients show it; recipients of several headers are all recipients. */
function addressesOf(values: string[]): Address[] {
  return values.flatMap((value) => parseAddresses(headerText(value))).map(tidied);
}

function everyAddress(block: HeaderBlock): Set<string> {
  const values = ['from', 'to', 'cc'].flatMap((name) => block.all(name));
  return new Set(addressesOf(values).map(({ address }) => address.toLowerCase()));
}

const tidied = ({ name, address }: Address): Address => ({
  name: clean(name.slice(0, MAX_NAME)),
  address: clean(address.slice(0, MAX_NAME)),
});

/** Control characters are no part of a name or subject, and lone surrogates of none: both would break what is made from it. */
function clean(text: string): string {
  const tidy = /[\x00-\x1f\x7f]/.test(text) ? text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim() : text;
  return tidy.isWellFormed() ? tidy : tidy.toWellFormed();
}

function subjectOf(block: HeaderBlock, notes: string[]): string {
  const subject = clean(decodeWords(headerText(block.first('subject') ?? '')));
  if (subject.length <= MAX_SUBJECT) return subject;
  notes.push(`subject of ${subject.length} characters, of which the first ${MAX_SUBJECT} are shown`);
  return subject.slice(0, MAX_SUBJECT).toWellFormed();
}

function msgidOf(block: HeaderBlock): string | null {
  const value = headerText(block.first('message-id') ?? '');
  const [id] = idsOf(value);
  return id ?? (/^[^\s<>\x00-\x1f\x7f]{1,998}$/.test(value) ? value : null);
}

/** A stable id for a mail that bears none: the same bytes give the same one. RFC 2606 reserves the domain. */
function derivedMsgid(bytes: Buffer): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}@derived.invalid`;
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

function identifyingHeaders(block: HeaderBlock): Message['headers'] {
  const headers: Message['headers'] = {};
  const set = (key: keyof Message['headers'], name: string) => {
    const value = block.first(name);
    if (value) headers[key] = clean(headerText(value)).slice(0, 500);
  };
  const recipients = (name: string) =>
    clean(decodeWords(headerText(block.all(name).join(', ').slice(0, MAX_RECIPIENTS))));
  headers.to = recipients('to');
  headers.cc = recipients('cc');
  set('changeId', 'x-change-id');
  set('forPatchId', 'x-for-patch-id');
  set('mailer', 'x-mailer');
  if (!headers.mailer) set('mailer', 'user-agent');
  set('archivedAt', 'archived-at');
  set('xMailingList', 'x-mailing-list');
  set('supersedes', 'supersedes');
  return headers;
}

function shownText(text: string, notes: string[]): string {
  let shown = text;
  if (shown.length > MAX_TEXT) {
    notes.push(`text of ${shown.length} characters, of which the first ${MAX_TEXT} are shown`);
    shown = shown.slice(0, MAX_TEXT);
  }
  if (shown.includes('\0')) {
    notes.push('NUL bytes taken out');
    shown = shown.replaceAll('\0', '');
  }
  return shown.isWellFormed() ? shown : shown.toWellFormed();
}
