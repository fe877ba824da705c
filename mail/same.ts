import { createHash } from 'node:crypto';

/**
 * Duplicate or imposter: is a mail the same message as one already seen under its Message-ID?
 * Lists add footers and re-wrap headers on the way (Mailman, majordomo), so bytes cannot decide it.
 */

/** What is compared of a mail. `text` is the displayed text. */
export interface Likeness {
  authorAddress: string;
  text: string;
}

/** Mailman's footer begins with a rule of underscores (mm_cfg DEFAULT_MSG_FOOTER); its templates vary after it. */
const FOOTER_RULE = '\n____________________';
/** majordomo at vger and elsewhere: a signature mark, then this sentence. */
const FOOTER_SENTENCE = '\nTo unsubscribe from this list';

/**
 * The same message, however the lists that carried it dressed it up. The date does not count: a mailer that tries again
 * writes a new one (linux-edac has two such pairs, 13 seconds and 9 minutes apart, alike to the letter).
 */
export function sameMessage(a: Likeness, b: Likeness): boolean {
  if (a.authorAddress !== b.authorAddress) return false;
  return a.text === b.text || bare(a.text) === bare(b.text);
}

/** Equal for two that are the same message, and for no others but by a collision of SHA-256. */
export function likenessOf({ authorAddress, text }: Likeness): string {
  return createHash('sha256').update(authorAddress).update('\0').update(bare(text)).digest('base64');
}

/** The text without list footer, white space and `>From ` escapes. */
function bare(text: string): string {
  return withoutFooter(text)
    .replace(/^>From /gm, 'From ')
    .replace(/\s+/g, '');
}

function withoutFooter(text: string): string {
  const cuts = [text.lastIndexOf(FOOTER_RULE), text.lastIndexOf(FOOTER_SENTENCE)].filter((at) => at >= 0);
  const cut = cuts.length ? text.slice(0, Math.min(...cuts)) : text;
  return cut.replace(/\n-- ?\n?$/, '\n');
}
