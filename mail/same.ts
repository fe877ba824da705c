import { createHash } from 'node:crypto';

/**
 * Duplicate or imposter: is a mail the same message as one already seen under its Message-ID?
 * Lists add footers and re-wrap headers on the way (Mailman, majordomo), so bytes cannot decide it.
 */

/** What is compared of a mail. `text` is the displayed text. */
export interface Likeness {
  authorAddress: string;
  subject: string;
  text: string;
  /** Of each attachment its name and size, as `attachmentKey` has them. */
  attachments: string;
}

/** What is compared of attachments: lists pass them on as they are, or not at all. */
export function attachmentKey(attachments: { name: string | null; size: number }[]): string {
  return attachments.map(({ name, size }) => `${size} ${name ?? ''}`).join('\n');
}

/** Lines of a footer, from its mark to the end; footers that more than one list added; characters of one. */
const MAX_FOOTER_LINES = 8;
const MAX_FOOTERS = 3;
const MAX_FOOTER = 1200;

/**
 * Where lists begin what they add: Mailman's rule (mm_cfg DEFAULT_MSG_FOOTER) and a signature's mark, which majordomo takes, with
 * the sentence of the latter where a mailer took the mark away.
 */
const FOOTER_MARK = /^(?:_{20,}|-- ?|To unsubscribe from this list\b.*)$/;

/**
 * What a list says in its footer: its name, its address, where to go. Words of anybody else are none of it, so that a mail cannot be
 * made to pass for another by what is written below a rule.
 */
const FOOTER_LINES = [
  /^(?:_{20,}|-- ?|)$/,
  /^[\w.+-]{1,60} (?:mailing list|maillist)(?: {1,2}-? {0,2}\S{1,100})?$/i,
  /^<?[\w.+-]{1,64}(?:@| at )[\w.-]{1,100}>?$/,
  /^(?:[a-z]+ ){0,6}(?:at|visit|archives?|info|faq|here)?:? {0,3}https?:\/\/\S{1,200}$/i,
  /^To unsubscribe from this list: (?:send|visit)\b.{0,100}$/,
  /^the body (?:of|to) a message to \S{1,100}$/,
  /^To unsubscribe,? (?:send|e-?mail|visit)\b.{0,100}$/i,
];

/**
 * The same message, however the lists that carried it dressed it up. The date does not count: a mailer that tries again
 * writes a new one (linux-edac has two such pairs, 13 seconds and 9 minutes apart, alike to the letter).
 */
export function sameMessage(a: Likeness, b: Likeness): boolean {
  if (a.authorAddress !== b.authorAddress || a.attachments !== b.attachments) return false;
  if (bareSubject(a.subject) !== bareSubject(b.subject)) return false;
  return a.text === b.text || bare(a.text) === bare(b.text);
}

/** Equal for two that are the same message, and for no others but by a collision of SHA-256. */
export function likenessOf({ authorAddress, subject, text, attachments }: Likeness): string {
  const said = [authorAddress, bareSubject(subject), attachments, bare(text)];
  return createHash('sha256').update(said.join('\0')).digest('base64');
}

/** Without the tags that lists put in front of it, before or after `Re:`. A tag of a patch is its author's. */
function bareSubject(subject: string): string {
  return subject
    .slice(0, 500)
    .replace(/\[(?![^\]]{0,60}(?:patch|rfc|pull|\d\/))[\w.+ -]{1,40}\]/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The text without list footers, white space at the ends of lines and `>From ` escapes. Indentation counts: a patch may be of Python. */
function bare(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^>From /, 'From ').trimEnd());
  for (let n = 0; n < MAX_FOOTERS; n++) if (!takeFooter(lines)) break;
  return lines.join('\n').trimEnd();
}

/** Takes a footer off the end; whether there was one. */
function takeFooter(lines: string[]): boolean {
  while (lines.at(-1) === '') lines.pop();
  let size = 0;
  for (let at = lines.length - 1; at >= 0 && at >= lines.length - MAX_FOOTER_LINES; at--) {
    const line = lines[at] as string;
    size += line.length;
    if (size > MAX_FOOTER || !FOOTER_LINES.some((form) => form.test(line))) return false;
    if (!FOOTER_MARK.test(line)) continue;
    const isMarkAbove = at > 0 && /^-- ?$/.test(lines[at - 1] as string);
    lines.length = isMarkAbove ? at - 1 : at;
    return true;
  }
  return false;
}
