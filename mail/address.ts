import libmime from 'libmime';
import addressparser from 'nodemailer/lib/addressparser';
import { decodeText, sameCharset } from './charset';
import type { Address } from './types';

/** Recipients kept per header: a mail with more of them is spam or hostile. */
const MAX_ADDRESSES = 2000;

/** Syntax that only the full parser understands: groups, comments, routes, escapes (RFC 5322 3.4). */
const DIFFICULT = /[:;()\\[\]]|@xn--/;
/** One mailbox: `Name <addr>`, `"Name" <addr>` or `addr`. */
const MAILBOX = /^(?:"([^"<>]*)"|([^"<>,]*?))\s*<([^<>\s,"]+)>$|^([^<>\s,"]+@[^<>\s,"]+)$/;

/** The longest text to which MAILBOX is applied, since its time grows with the square of the length. The full parser has no such limit. */
const MAX_MAILBOX = 1000;

/** Names with quotes in them, and names that are addresses, need special rules. */
const ODD_NAME = /['@]/;

/** Headers whose mailboxes are kept, and their length: a mail's are read up to three times, and all patches of a series have the same. */
const KEPT = 200;
const KEPT_LENGTH = 4000;
const kept = new Map<string, readonly Address[]>();

/** The mailboxes of an address header; a group gives its members. `value` is unfolded, with raw 8-bit bytes already decoded. */
export function parseAddresses(value: string): readonly Address[] {
  const known = kept.get(value);
  if (known) return known;
  const found = DIFFICULT.test(value) ? parseDifficult(value) : (parseSimple(value) ?? parseDifficult(value));
  if (value.length > KEPT_LENGTH) return found;
  if (kept.size >= KEPT) kept.clear();
  kept.set(value, found);
  return found;
}

function parseSimple(value: string): Address[] | null {
  const found: Address[] = [];
  for (const part of splitAtCommas(value)) {
    const match = part.length > MAX_MAILBOX ? null : MAILBOX.exec(part);
    if (!match || found.length >= MAX_ADDRESSES) return null;
    const [, quoted, plain, angled, bare] = match;
    if (bare !== undefined) found.push({ name: '', address: bare });
    else if (ODD_NAME.test(quoted ?? plain ?? '')) return null;
    else found.push({ name: decodeWords((quoted ?? plain ?? '').trim()), address: angled as string });
  }
  return found;
}

/** Splits at commas outside quotes. */
function splitAtCommas(value: string): string[] {
  if (!value.includes('"')) return value.split(',').map((part) => part.trim());
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (code === 44 && !quoted) {
      parts.push(value.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(value.slice(start).trim());
  return parts;
}

/** The longest header given to the full parser; a longer one is cut at a comma. */
const MAX_VALUE = 128 * 1024;

function parseDifficult(value: string): Address[] {
  const bounded = value.length > MAX_VALUE ? value.slice(0, value.lastIndexOf(',', MAX_VALUE)) : value;
  const flat: Address[] = [];
  for (const entry of addressparser(bounded, { flatten: true }).slice(0, MAX_ADDRESSES)) {
    const name = decodeWords((entry.name ?? '').trim());
    const address = entry.address ?? '';
    // RFC 2047 5 allows no encoded word in an addr-spec; one that hides another address is not trusted.
    flat.push({ name, address: /=\?[^?]+\?[BbQq]\?/.test(address) ? decodedAddress(address) : address });
  }
  return flat;
}

function decodedAddress(address: string): string {
  const decoded = decodeWords(address);
  return /^[^\s@]+@[^\s@]+$/.test(decoded) && !decoded.includes('=?') ? decoded : '';
}

/** Decodes encoded words (RFC 2047), also in broken forms that mailers write: without closing `?=`, or with spaces inside. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  const bounded = joinedWords(text.length > MAX_VALUE ? text.slice(0, MAX_VALUE) : text);
  if (!bounded.includes('=?')) return bounded;
  try {
    return libmime.decodeWords(bounded);
  } catch {
    return bounded;
  }
}

const WORD = /=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bq])\?([^?]*)\?=/gi;

/** Encoded words in unknown charsets are ordinary text (RFC 2047 6.2), with the space between two of them. */
const UNKNOWN = /^(?:x-)?unknown/i;

/**
 * Joins neighbouring words of the same charset before they are decoded: mailers cut within characters, though RFC 2047 5 forbids it, and
 * switch between B and Q. White space between two encoded words is not part of the text (RFC 2047 6.2).
 */
function joinedWords(text: string): string {
  let out = '';
  let at = 0;
  let last = '';
  let run: { charset: string; bytes: Buffer[] } | null = null;
  const close = () => {
    if (run) out += decodeText(Buffer.concat(run.bytes), run.charset);
    run = null;
  };
  for (const found of text.matchAll(WORD)) {
    const [whole, charset = '', way = '', content = ''] = found;
    const between = text.slice(at, found.index);
    const adjacent: boolean = at > 0 && run !== null && between.trim() === '';
    if (!adjacent || !sameCharset((run as unknown as { charset: string }).charset, charset)) close();
    if (!adjacent) out += between;
    else if (run === null && UNKNOWN.test(charset) && UNKNOWN.test(last)) out += ' ';
    last = charset;
    run ??= { charset, bytes: [] };
    (run as { bytes: Buffer[] }).bytes.push(wordBytes(way, content));
    at = found.index + whole.length;
  }
  close();
  return out + text.slice(at);
}

function wordBytes(way: string, content: string): Buffer {
  if (/b/i.test(way)) return Buffer.concat((content.match(/[^=]+/g) ?? []).map((part) => Buffer.from(part, 'base64')));
  const bytes = Buffer.from(content.replace(/=\s+(?=[0-9a-f])/gi, '=').replace(/[_\s]/g, ' ')).toString('latin1');
  return Buffer.from(
    bytes.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
