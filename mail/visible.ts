/**
 * Characters that nobody sees and that change what others look like: they are shown by their number wherever mail is shown,
 * so that a name, a subject or a file name reads as it is written (Unicode UTR 36, 2.10; UAX 9; CVE-2021-42574).
 */

/**
 * C0 and C1 controls but tab and line ends; soft hyphen; bidirectional marks, embeddings, overrides and isolates; zero-width and
 * other default-ignorable characters, fillers, separators of lines that are none, interlinear marks and tags. Joiners belong to the
 * scripts and emoji that need them and are marked behind ASCII only, where they join nothing.
 */
const UNSEEN =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|\udb40[\udc00-\udc7f]|(?<![^\x00-\x7f])[\u200c\u200d]/g;

/** Whether a text holds what `visible` would mark. */
export function hasUnseen(text: string): boolean {
  UNSEEN.lastIndex = 0;
  return UNSEEN.test(text);
}

/** The text with each unseen character as `wrap` of its number, such as U+202E. Linear. */
export function visible(text: string, wrap: (mark: string) => string = inBrackets): string {
  return hasUnseen(text) ? text.replace(UNSEEN, (character) => wrap(markOf(character))) : text;
}

/** The text with each unseen character percent-encoded, for an address. */
export function encodeUnseen(text: string): string {
  return hasUnseen(text) ? text.replace(UNSEEN, (character) => encodeURIComponent(character)) : text;
}

const inBrackets = (mark: string) => `[${mark}]`;

const markOf = (character: string) =>
  `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
