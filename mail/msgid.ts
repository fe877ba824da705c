import type { MsgId } from './types';

/** RFC 5322 2.1.1 bounds a line at 998 characters; public-inbox keeps 244 of an id. Beyond this it is no id. */
export const MAX_MSGID = 998;
/** References kept of one mail: the first, which name the root, and the last, which name the parent. */
export const MAX_REFERENCES = 1000;
/** Characters of them: a thread is arranged with all references of its mails in memory. */
const MAX_REFERENCES_LENGTH = 64 * 1024;

/** An id whose closing bracket was cut away, with nothing behind it. */
const UNCLOSED = /^<([^\s<>@]{1,400}@[^\s<>@]{1,400})\s*$/;
/** One whose opening bracket was, or that has a comment behind it. */
const UNOPENED = /^([^\s<>@]{1,400}@[^\s<>@]{1,400})(?:>|\s{1,9}\([^()]{0,200}\))\s*$/;

/** White space and control characters are no part of an id; a NUL in one would be an address that no client can ask for. */
const NO_PART = /[\s\x00-\x1f\x7f]+/g;

/**
 * Ids in angle brackets, white space and controls inside removed. Words without brackets are no ids (RFC 5322 3.6.4): the In-Reply-To of
 * old mailers is a sentence. public-inbox reads it so as well, and threads agree.
 */
export const idsOf = (value: string): MsgId[] => placesOf(value).map(({ id }) => id);

/** The same with the offset of each id's opening bracket. */
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

/** marc.info shows `a@b.example` as `a()b!example`, and people answer with the id that they see there. No id has `()` otherwise. */
const MASKED = /^([^\s<>@()]{1,400})\(\)([^\s<>@()]{1,400})$/;

/** The address of a mail at lore or another archive that is laid out as lore is: people answer with the link that they were given. */
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
 * What can be an id: one without an @ has digits in it, is no short word and no file's name or path. Words, names and paths are answers that git-send-email's
 * question "Message-ID to be used as In-Reply-To" was given, and would unite all threads whose authors gave the same.
 */
const canBeId = (id: MsgId) =>
  id.includes('@') || (id.length >= 8 && /\d/.test(id) && !/\/|\.(?:patch|diff|mbox|eml|txt)$/i.test(id));

/** What an address looks like that stands behind a name; ids are longer, or full of digits. */
const ADDRESS = /^[a-z][\w.+-]{0,40}@[\w-]{1,60}(?:\.[\w-]{1,60}){0,8}$/i;
/** A name ends here, if it is none of the words that people put before an id. */
const AFTER_NAME = /(?:^|[^\w-])((?:[\p{L}.'_-]|\?=){1,40})["')]?\s*$/u;
/** `of Mon, 6 Jan 2020 10:00:00 EST`, `in 2004`. */
const ENDS_IN_DATE = /\d[^<>]{0,16}$/;
const BEFORE_ID = /^(?:message|message-id|mail|email|id|article|posting|post|note|news|letter|msg|msgid|in|to|of|re)$/i;

/** The id of a Message-ID header: in brackets, else with the closing one lost, else bare; null where it is none. */
export function ownId(value: string): MsgId | null {
  const [id] = idsOf(value);
  return (
    id ??
    (UNCLOSED.exec(value) ?? UNOPENED.exec(value))?.[1]?.replace(NO_PART, '') ??
    (/^[^\s<>\x00-\x1f\x7f]{1,998}$/.test(value) ? value : null)
  );
}

/**
 * Ids of an In-Reply-To. Old mailers wrote a sentence into it (`<id> from Carl <carl@example.org>`, RFC 822 4.6.2 allowed phrases):
 * what stands in brackets behind a name and looks like an address is that person's, and would unite all threads that name them.
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

/** An id that In-Reply-To names without brackets, or in an encoded word: taken for one only if a stored mail bears it. */
export function possibleId(inReplyTo: string): MsgId | null {
  if (inReplyTo === '' || inReplyTo.length > MAX_MSGID || idsOf(inReplyTo).length) return null;
  const bare = linked(inReplyTo.replace(/^["'(]+|(?<!["')])["')]+$/g, ''));
  return /^[^\s<>@]+@[^\s<>@]+$/.test(bare) ? bare : null;
}

/**
 * What a mail refers to: ids of References, then of In-Reply-To, the first occurrence kept, the last being the parent.
 * One id in In-Reply-To is the parent (RFC 5322 3.6.4), wherever References have it: gateways rewrite those, and some clients write the
 * root alone into them. Left out are its own id, the recipients' addresses, and what can be no id.
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

/** As many of the last, and the first. */
function ofLength(ids: MsgId[]): MsgId[] {
  let left = MAX_REFERENCES_LENGTH - (ids[0]?.length ?? 0);
  let from = ids.length;
  while (from > 1 && left >= (ids[from - 1] as MsgId).length) left -= (ids[--from] as MsgId).length;
  return from <= 1 ? ids : [...ids.slice(0, 1), ...ids.slice(from)];
}

/** Addresses are taken apart only where an id looks like one a person has: no digit before the @, and short. */
function withoutAddresses(ids: MsgId[], addresses: () => Set<string>): MsgId[] {
  if (!ids.some((id) => /^[^\d@]{0,40}@/.test(id) || id.length < 40)) return ids;
  const known = addresses();
  return ids.filter((id) => !known.has(id.toLowerCase()));
}

/** A Message-ID as a path segment: what lore leaves readable stays readable, `/` becomes %2F. */
export function msgidPath(msgid: string): string {
  return encodeURIComponent(msgid.toWellFormed()).replace(/%(40|3D|2B|24|2C|3A|3B|21|26)/g, (code) =>
    decodeURIComponent(code),
  );
}

/** What marks lines of a message's page; `first` from 0, as the database counts. */
export const linesQuery = (first: number, lines: number) => `?lines=${first + 1}-${first + lines}#quoted`;
