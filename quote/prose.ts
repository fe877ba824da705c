const WORD = /^["'“‘([*_]*\p{L}[\p{L}'’-]*[\])"'”’*_.,;:!?…]*$/u;
/** The least share of ordinary words among a passage's tokens; with fewer it is code, a log or a table. */
const PLAIN = 0.68;
/** A line of a comment in C, of a shell or of a diff; a rule; a line that ends like code. */
const CODE_LINE =
  /^(?: |\t+ ?)\*+(?:\s|\/|$)|^\s*(?:\/\*|\*+\/|\/\/|#\s*\w+\s*\(?|\||[-+=_~*]{5,}|\[ *\d+\.\d+\])|[;{}]\s*(?:\/\*.*)?$/;
/** The beginning of a list of changes between two versions of a patch. */
const CHANGES =
  /^\s*(?:(?:change|history|revision)s?(?:log)?\b[^.\n]{0,50}(?::|$|[->]+ *v?\d)|v\d+\s*(?:->|=>|:|\.\.|→|to v?\d))/im;
/** `Ann Example (10):` begins git's list of an author's patches. */
const SHORTLOG = /^\s*\p{Lu}.{1,60} \(\d+\):\s*$/u;
/** The phrases with which robots ask for trailers, and the headers of a report. */
const FORM =
  /kindly add following tag|^\s*\|\s*(?:Reported|Closes|Fixes)|url: +https?:|^(?:base|commit|config|compiler): /im;
const TRAILER =
  /^\s*(?:[A-Z][\w-]*-by|Link|Cc|Fixes|Closes|Bug|Change-Id|Message-I[dD]|To|From|Date|Subject):\s|^\s*\[[\w .-]+: .*\]$/;
const ITEM = /^\s*(?:\d{1,2}[.)]|[-*+•])\s/;
const MOST_ITEMS = 4;

/** Whether a line begins an item of a list. */
export const isItem = (line: string) => ITEM.test(line);

/** Whether a passage is a long list, such as a table of contents. (A list of three reasons is an argument.) */
export const isContents = (text: string) => text.split('\n').filter(isItem).length > MOST_ITEMS;

/** Whether a passage is a person's argument: sentences, not code, logs, lists of changes, trailers or forms. */
export function isProse(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim());
  if (CHANGES.test(lines[0] ?? '') || SHORTLOG.test(lines[0] ?? '') || FORM.test(text)) return false;
  const code = lines.filter((line) => CODE_LINE.test(line)).length;
  const trailers = lines.filter((line) => TRAILER.test(line)).length;
  if (Math.max(code, trailers) * 2 >= lines.length) return false;
  const tokens = text.split(/\s+/).filter(Boolean);
  return tokens.filter((token) => WORD.test(token)).length >= tokens.length * PLAIN;
}
