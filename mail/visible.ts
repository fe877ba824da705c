/**
 * Invisible characters can change how text looks. Wherever mail is shown they are shown by their number, so that a name, a subject
 * or a file name reads as it is written (Unicode UTR 36, 2.10; UAX 9; CVE-2021-42574).
 */

/** A quick test for whole pages, most of which have nothing to mark. Matches more than UNSEEN. */
const PERHAPS =
  /\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0f]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\ud82f\ud834\udb40-\udb43]/;

/** Variation selectors and tags within emoji (UTS 51): text or emoji style, keycaps, flags of regions. */
const EMOJI = [
  String.raw`(?![0-9#*])\p{Emoji}[\ufe0e\ufe0f]`,
  String.raw`[0-9#*]\ufe0f\u20e3`,
  String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{2,6}\u{e007f}`,
].join('|');

/** After these a joiner has an effect: letters of scripts that are joined, marks, emoji. */
const JOINED = String.raw`(?<=(?![\x00-\x7f\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])`;

/**
 * C0 and C1 controls except tab and line ends; Unicode's line separators; interlinear marks; and characters that Unicode calls
 * default-ignorable: bidirectional controls, zero-width characters, fillers, variation selectors, tags (UAX 44). The engine's data
 * are updated with Unicode.
 */
const UNSEEN_SOURCE = [
  String.raw`(?![\u200c\u200d])[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]`,
  String.raw`(?![\t\n\r])\p{Cc}`,
  String.raw`(?<!${JOINED})[\u200c\u200d]`,
].join('|');

/** The first group is an emoji, which is not changed. */
const UNSEEN = new RegExp(`(${EMOJI})|${UNSEEN_SOURCE}`, 'gu');

/** Whether a text may hold what `visible` would mark. */
export function hasUnseen(text: string): boolean {
  return PERHAPS.test(text);
}

/** By byte of UTF-8: 1 is such a character, 2 begins some of them. */
const BYTES = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte++) if (byte !== 9 && byte !== 10 && byte !== 13) BYTES[byte] = 1;
BYTES[0x7f] = 1;
for (const lead of [0xc2, 0xcd, 0xd8, 0xe1, 0xe2, 0xe3, 0xef, 0xf0, 0xf3]) BYTES[lead] = 2;

/** The same for a text in UTF-8, several times as fast if it is not Latin-1: 0.03 ms instead of 1.5 ms for a page of 70 kB. */
export function hasUnseenBytes(text: Uint8Array): boolean {
  if (text.byteOffset % 4) return hasUnseenWithin(text, 0, text.length);
  // Four bytes at a time: none is below 0x20, none above 0x7e.
  const fours = new Int32Array(text.buffer, text.byteOffset, text.length >> 2);
  for (let n = 0; n < fours.length; n++) {
    const four = fours[n] as number;
    const isPlain = ((four | ((four - 0x20202020) | 0) | ((four + 0x01010101) | 0)) & 0x80808080) === 0;
    if (!isPlain && hasUnseenWithin(text, n * 4, n * 4 + 4)) return true;
  }
  return hasUnseenWithin(text, fours.length * 4, text.length);
}

function hasUnseenWithin(text: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const kind = BYTES[text[at] as number];
    if (kind === 0) continue;
    if (kind === 1 || beginsUnseen(text[at] as number, text[at + 1] ?? 0, text[at + 2] ?? 0)) return true;
  }
  return false;
}

/** PERHAPS in UTF-8. */
function beginsUnseen(lead: number, second: number, third: number): boolean {
  switch (lead) {
    case 0xc2:
      return second < 0xa0 || second === 0xad;
    case 0xcd:
      return second === 0x8f;
    case 0xd8:
      return second === 0x9c;
    case 0xe1:
      if (second === 0x85) return third === 0x9f || third === 0xa0;
      if (second === 0x9e) return third === 0xb4 || third === 0xb5;
      return second === 0xa0 && third >= 0x8b && third <= 0x8f;
    case 0xe2:
      if (second === 0x80) return (third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae);
      return second === 0x81 && third >= 0xa0 && third <= 0xaf;
    case 0xe3:
      return second === 0x85 && third === 0xa4;
    case 0xef:
      if (second === 0xb8) return third <= 0x8f;
      if (second === 0xbb) return third === 0xbf;
      return second === 0xbe ? third === 0xa0 : second === 0xbf && third >= 0xb0;
    case 0xf0:
      return second === 0x9b ? third >= 0xb0 : second === 0x9d && third <= 0x8f;
    default:
      return second === 0xa0;
  }
}

/** Replaces each invisible character by `wrap` of its number, such as U+202E. Linear. */
export function visible(text: string, wrap: (mark: string) => string = inBrackets): string {
  return replaced(text, (character) => wrap(markOf(character)));
}

/** Percent-encodes each invisible character, for an address. */
export function encodeUnseen(text: string): string {
  return replaced(text, encodeURIComponent);
}

function replaced(text: string, by: (character: string) => string): string {
  if (!hasUnseen(text)) return text;
  return text.replace(UNSEEN, (found, emoji: string | undefined) => (emoji === undefined ? by(found) : found));
}

const inBrackets = (mark: string) => `[${mark}]`;

const markOf = (character: string) =>
  `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
