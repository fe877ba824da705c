import { createHash } from 'node:crypto';

/**
 * Decides whether a mail is a duplicate: the same message as an earlier one with the same Message-ID.
 * Lists add footers and re-wrap headers (Mailman, majordomo), so the bytes may differ.
 */

/** The parts of a mail that are compared. `text` is the displayed text. */
export interface Likeness {
  authorAddress: string;
  subject: string;
  text: string;
  /** The names and sizes of the attachments, from `attachmentKey`. */
  attachments: string;
}

/** The key by which attachments are compared: lists pass them on unchanged, or not at all. */
export function attachmentKey(attachments: { name: string | null; size: number }[]): string {
  return attachments.map(({ name, size }) => `${size} ${name ?? ''}`).join('\n');
}

/** Limits: lines of a footer, from its mark to its end; footers that several lists added; characters of one. */
const MAX_FOOTER_LINES = 8;
const MAX_FOOTERS = 3;
const MAX_FOOTER = 1200;

/**
 * The beginning of a list's footer: Mailman's rule (mm_cfg DEFAULT_MSG_FOOTER), the signature mark that majordomo uses, and
 * majordomo's sentence in case a mailer removed the mark.
 */
const FOOTER_MARK = /^(?:_{20,}|-- ?|To unsubscribe from this list\b.*)$/;

/**
 * What lists write in footers: name, address, where to go. Any other words are not a footer, so nobody can make a mail pass for another
 * one by writing below a rule.
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
 * Whether two mails are the same message, apart from what lists changed. The date does not count: a mailer that tries again
 * writes a new one (linux-edac has two such pairs, 13 seconds and 9 minutes apart, otherwise identical).
 */
export function sameMessage(a: Likeness, b: Likeness): boolean {
  if (a.authorAddress !== b.authorAddress || a.attachments !== b.attachments) return false;
  if (bareSubject(a.subject) !== bareSubject(b.subject)) return false;
  return a.text === b.text || bare(a.text) === bare(b.text);
}

/** Equal for two mails that are the same message, and for no others unless SHA-256 collides. */
export function likenessOf({ authorAddress, subject, text, attachments }: Likeness): string {
  const said = [authorAddress, bareSubject(subject), attachments, bare(text)];
  return createHash('sha256').update(said.join('\0')).digest('base64');
}

/** The subject without the tags that lists put before or after `Re:`. The tags of patches stay. */
function bareSubject(subject: string): string {
  return subject
    .slice(0, 500)
    .replace(/\[(?![^\]]{0,60}(?:patch|rfc|pull|\d\/))[\w.+ -]{1,40}\]/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The text without list footers, trailing white space and `>From ` escapes. Indentation counts: a patch may be for Python. */
function bare(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^>From /, 'From ').trimEnd());
  for (let n = 0; n < MAX_FOOTERS; n++) if (!takeFooter(lines)) break;
  return lines.join('\n').trimEnd();
}

/** Removes a footer from the end; returns whether there was one. */
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
