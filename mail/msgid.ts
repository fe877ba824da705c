import type { MsgId } from './types';

/** RFC 5322 2.1.1 limits a line to 998 characters; public-inbox keeps 244 of an id. Anything longer is not an id. */
export const MAX_MSGID = 998;
/** References kept per mail: the first, which name the root, and the last, which name the parent. */
export const MAX_REFERENCES = 1000;
/** Their total length in characters: a thread is arranged with all references of its mails in memory. */
const MAX_REFERENCES_LENGTH = 64 * 1024;

/** An id whose closing bracket was cut off, with nothing after it. */
const UNCLOSED = /^<([^\s<>@]{1,400}@[^\s<>@]{1,400})\s*$/;
/** An id whose opening bracket was cut off, or that is followed by a comment. */
const UNOPENED = /^([^\s<>@]{1,400}@[^\s<>@]{1,400})(?:>|\s{1,9}\([^()]{0,200}\))\s*$/;

/** White space and control characters are not part of an id; no client could ask for an address with a NUL. */
const NO_PART = /[\s\x00-\x1f\x7f]+/g;

/**
 * Ids in angle brackets, without the white space and control characters in them. Words without brackets are not ids (RFC 5322 3.6.4):
 * old mailers wrote a sentence into In-Reply-To. public-inbox does the same, so threads agree.
 */
export const idsOf = (value: string): MsgId[] => placesOf(value).map(({ id }) => id);

/** The same, with the offset of each id's opening bracket. */
function placesOf(value: string): { id: MsgId; at: number }[] {
  const found: { id: MsgId; at: number }[] = [];
  for (let open = value.indexOf('<'); open >= 0; open = value.indexOf('<', open + 1)) {
    const close = value.indexOf('>', open);
    if (close < 0) break;
    const inner = value.lastIndexOf('<', close);
    const id = linked(unmasked(value.slice(inner + 1, close).replace(NO_PART, '')));
    if (id && id.length <= MAX_MSGID) found.push({ id, at: inner });
    open = close;
  }
  return found;
}

/** marc.info shows `a@b.example` as `a()b!example`, and people reply with the id that they see there. Other ids do not contain `()`. */
const MASKED = /^([^\s<>@()]{1,400})\(\)([^\s<>@()]{1,400})$/;

/** The URL of a mail at lore or an archive with the same layout: people reply with the link that they were given. */
const LINK =
  /^https?:\/\/[\w.:-]{1,100}\/(?:[\w.~-]{1,100}\/)?([^\s<>/?#]{1,400}(?:@|%40)[^\s<>/?#]{1,400})(?:[/?#].{0,200})?$/i;

function linked(id: MsgId): MsgId {
  const found = id.startsWith('http') ? LINK.exec(id)?.[1] : undefined;
  if (found === undefined) return id;
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}

function unmasked(id: MsgId): MsgId {
  const [, left, right] = (id.includes('()') && MASKED.exec(id)) || [];
  return right === undefined ? id : `${left}@${right.replaceAll('!', '.')}`;
}

/**
 * Whether this can be an id. Without an @, it must have digits and must not be a short word, a file name or a path. People type words, names
 * and paths when git-send-email asks for a "Message-ID to be used as In-Reply-To", which would unite all threads with the same answer.
 */
const canBeId = (id: MsgId) =>
  id.includes('@') || (id.length >= 8 && /\d/.test(id) && !/\/|\.(?:patch|diff|mbox|eml|txt)$/i.test(id));

/** The form of a mail address after a name; ids are longer, or full of digits. */
const ADDRESS = /^[a-z][\w.+-]{0,40}@[\w-]{1,60}(?:\.[\w-]{1,60}){0,8}$/i;
/** The end of a name, unless it is one of the words that people put before an id. */
const AFTER_NAME = /(?:^|[^\w-])((?:[\p{L}.'_-]|\?=){1,40})["')]?\s*$/u;
/** `of Mon, 6 Jan 2020 10:00:00 EST`, `in 2004`. */
const ENDS_IN_DATE = /\d[^<>]{0,16}$/;
const BEFORE_ID = /^(?:message|message-id|mail|email|id|article|posting|post|note|news|letter|msg|msgid|in|to|of|re)$/i;

/** The id in a Message-ID header: in brackets, or without the closing one, or bare; null if it is not an id. */
export function ownId(value: string): MsgId | null {
  const [id] = idsOf(value);
  return (
    id ??
    (UNCLOSED.exec(value) ?? UNOPENED.exec(value))?.[1]?.replace(NO_PART, '') ??
    (/^[^\s<>\x00-\x1f\x7f]{1,998}$/.test(value) ? value : null)
  );
}

/**
 * The ids in an In-Reply-To. Old mailers wrote a sentence there (`<id> from Carl <carl@example.org>`, RFC 822 4.6.2 allowed phrases).
 * If brackets after a name contain something like an address, it is that person's, and would unite all threads that name them.
 */
export function repliedIds(value: string): MsgId[] {
  const found = placesOf(value).filter(({ id }) => canBeId(id));
  if (found.length === 1 && /^\s*<[^<>]*>\s*$/.test(value)) return found.map(({ id }) => id);
  const ids = found.filter(({ id, at }) => {
    if (!ADDRESS.test(id) || (id.match(/\d/g)?.length ?? 0) > 3) return true;
    const before = value.slice(Math.max(0, at - 100), at);
    const name = AFTER_NAME.exec(before)?.[1];
    return name === undefined || BEFORE_ID.test(name) || ENDS_IN_DATE.test(before);
  });
  return ids.map(({ id }) => id);
}

/** An id in In-Reply-To without brackets, or in an encoded word; it counts only if a stored mail has it. */
export function possibleId(inReplyTo: string): MsgId | null {
  if (inReplyTo === '' || inReplyTo.length > MAX_MSGID || idsOf(inReplyTo).length) return null;
  const bare = linked(inReplyTo.replace(/^["'(]+|(?<!["')])["')]+$/g, ''));
  return /^[^\s<>@]+@[^\s<>@]+$/.test(bare) ? bare : null;
}

/**
 * The ids that a mail refers to: those in References, then those in In-Reply-To, without repeats. The last is the parent.
 * A single id in In-Reply-To is the parent (RFC 5322 3.6.4), wherever it is in References: gateways rewrite References, and some clients
 * write only the root into them. The mail's own id, the recipients' addresses, and anything that cannot be an id are left out.
 */
export function referencesOf(
  references: string[],
  inReplyTo: string[],
  own: MsgId,
  addresses: () => Set<string>,
): MsgId[] {
  const ids = new Set<MsgId>();
  for (const value of references) for (const id of idsOf(value)) if (canBeId(id)) ids.add(id);
  const replied = new Set(inReplyTo.flatMap(repliedIds));
  if (replied.size === 1) for (const id of replied) ids.delete(id);
  for (const id of replied) ids.add(id);
  ids.delete(own);
  const kept = withoutAddresses([...ids], addresses);
  const few =
    kept.length <= MAX_REFERENCES ? kept : [...kept.slice(0, MAX_REFERENCES / 2), ...kept.slice(-MAX_REFERENCES / 2)];
  return ofLength(few);
}

/** Keeps the first id and as many of the last ones as fit. */
function ofLength(ids: MsgId[]): MsgId[] {
  let left = MAX_REFERENCES_LENGTH - (ids[0]?.length ?? 0);
  let from = ids.length;
  while (from > 1 && left >= (ids[from - 1] as MsgId).length) left -= (ids[--from] as MsgId).length;
  return from <= 1 ? ids : [...ids.slice(0, 1), ...ids.slice(from)];
}

/** Addresses are parsed only if an id looks like a person's address: short, without a digit before the @. */
function withoutAddresses(ids: MsgId[], addresses: () => Set<string>): MsgId[] {
  if (!ids.some((id) => /^[^\d@]{0,40}@/.test(id) || id.length < 40)) return ids;
  const known = addresses();
  return ids.filter((id) => !known.has(id.toLowerCase()));
}

/** Nearly all ids have only such characters, and a page has hundreds of addresses. */
const READABLE = /^[\w.~@=+$,:;!&*'()-]*$/;

/** A Message-ID as a path segment: characters that lore leaves readable stay readable, `/` becomes %2F. */
export function msgidPath(msgid: string): string {
  if (READABLE.test(msgid)) return msgid;
  return encodeURIComponent(msgid.toWellFormed()).replace(/%(40|3D|2B|24|2C|3A|3B|21|26)/g, (code) =>
    decodeURIComponent(code),
  );
}

/** The query that marks lines on a message's page; `first` counts from 0, as in the database. */
export const linesQuery = (first: number, lines: number) => `?lines=${first + 1}-${first + lines}#quoted`;
