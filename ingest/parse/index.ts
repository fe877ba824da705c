import { createHash } from 'node:crypto';
import { decodeWords, parseAddresses } from '#mail/address';
import { dateOf, parseDate } from '#mail/date';
import { type HeaderBlock, headerText, scanHeaders } from '#mail/header';
import { idsOf, referencesOf } from '#mail/msgid';
import type { Address, Message } from '#mail/types';
import { directForm, directText } from './direct';
import { type MimeContent, mimeDanger, readMime } from './mime';

/** Displayed text above this is cut. The largest honest mail of the archives is 2 MB. */
export const MAX_TEXT = 8 * 1024 * 1024;
/** A subject above this is cut. */
export const MAX_SUBJECT = 4096;

const WANTED = new Set(
  'from to cc subject date message-id in-reply-to references content-type content-disposition content-transfer-encoding list-id received x-mailing-list x-change-id x-for-patch-id x-mailer user-agent archived-at supersedes'.split(
    ' ',
  ),
);

/**
 * Reads one mail. Never throws or rejects: bad mail gives a poorer Message, with notes on what was cut.
 * One text/plain part (97 in 100 mails of a list) is read at once; anything else by mailparser, as a promise.
 */
export function parseMail(bytes: Buffer, hints: { receivedAt: number | null }): Message | Promise<Message> {
  const block = scanHeaders(bytes, WANTED);
  const form = directForm(first(block, 'content-type'), first(block, 'content-disposition'), first(block, 'content-transfer-encoding'));
  const body = bytes.subarray(block.bodyAt);
  if (form) return compose(bytes, block, hints.receivedAt, plain(directText(body, form)));
  const danger = mimeDanger(bytes);
  if (danger) return compose(bytes, block, hints.receivedAt, { ...plain(body.toString('latin1', 0, MAX_TEXT)), notes: [danger] });
  return readMime(bytes)
    .catch((error) => ({ ...plain(body.toString('utf8', 0, MAX_TEXT)), notes: [`its MIME parts cannot be read (${reasonOf(error)}): shown undecoded`] }))
    .then((content) => compose(bytes, block, hints.receivedAt, content));
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 200);

const plain = (text: string): MimeContent => ({ text, textKind: text.trim() === '' ? 'none' : 'plain', attachments: [], notes: [] });

const first = (block: HeaderBlock, name: string): string | undefined => block.values.get(name)?.[0];

function compose(bytes: Buffer, block: HeaderBlock, arrival: number | null, content: MimeContent): Message {
  const notes = [...content.notes];
  const authors = addressesOf(block, 'from');
  const to = addressesOf(block, 'to');
  const cc = addressesOf(block, 'cc');
  const receivedAt = arrival ?? receivedDate(block);
  const date = dateOf(first(block, 'date'), receivedAt);
  const borne = msgidOf(block);
  const msgid = borne ?? derivedMsgid(bytes);
  return {
    msgid,
    msgidDerived: borne === null,
    subject: subjectOf(block, notes),
    author: authors[0] ?? { name: '', address: '' },
    to,
    cc,
    inReplyTo: idsOf(first(block, 'in-reply-to') ?? '')[0] ?? null,
    references: referencesOf(
      block.values.get('references') ?? [],
      block.values.get('in-reply-to') ?? [],
      msgid,
      new Set([...authors, ...to, ...cc].map(({ address }) => address.toLowerCase())),
    ),
    sentAt: date.at,
    sentZone: date.zone,
    dateNote: date.note,
    receivedAt,
    listIds: (block.values.get('list-id') ?? []).flatMap((value) => listIdOf(value)),
    text: shownText(content.text, notes),
    textKind: content.textKind,
    attachments: content.attachments,
    headers: identifyingHeaders(block),
    headerBytes: block.bodyAt,
    notes,
  };
}

function addressesOf(block: HeaderBlock, name: string): Address[] {
  const values = block.values.get(name);
  if (!values) return [];
  // From: the first header is the author's, as clients show it; recipients of several headers are all recipients.
  return (name === 'from' ? values.slice(0, 1) : values).flatMap((value) => parseAddresses(headerText(value))).map(withoutControls);
}

const withoutControls = ({ name, address }: Address): Address => ({ name: clean(name), address: clean(address) });

/** Control characters are no part of a name or subject, and lone surrogates of none: both would break what is made from it. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const tidy = /[\x00-\x1f\x7f]/.test(text) ? text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim() : text;
  return tidy.isWellFormed() ? tidy : tidy.toWellFormed();
}

function subjectOf(block: HeaderBlock, notes: string[]): string {
  const subject = clean(decodeWords(headerText(first(block, 'subject') ?? '')));
  if (subject.length <= MAX_SUBJECT) return subject;
  notes.push(`subject of ${subject.length} characters, of which the first ${MAX_SUBJECT} are shown`);
  return subject.slice(0, MAX_SUBJECT).toWellFormed();
}

function msgidOf(block: HeaderBlock): string | null {
  const value = headerText(first(block, 'message-id') ?? '');
  const [id] = idsOf(value);
  return id ?? (/^[^\s<>]{1,998}$/.test(value) ? value : null);
}

/** A stable id for a mail that bears none: the same bytes give the same one. RFC 2606 reserves the domain. */
function derivedMsgid(bytes: Buffer): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}@derived.invalid`;
}

function receivedDate(block: HeaderBlock): number | null {
  for (const value of block.values.get('received') ?? []) {
    const date = parseDate(value.slice(value.lastIndexOf(';') + 1));
    if (date && date.at > 0) return date.at;
  }
  return null;
}

function listIdOf(value: string): string[] {
  const inside = /<([^<>]{1,200})>/.exec(value)?.[1] ?? (/^[\w.-]{3,200}$/.test(value) ? value : undefined);
  return inside === undefined ? [] : [headerText(inside).trim().toLowerCase()];
}

function identifyingHeaders(block: HeaderBlock): Message['headers'] {
  const headers: Message['headers'] = {};
  const set = (key: keyof Message['headers'], name: string) => {
    const value = first(block, name);
    if (value) headers[key] = clean(headerText(value)).slice(0, 500);
  };
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
