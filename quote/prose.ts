const WORD = /^["'“‘([*_]*\p{L}[\p{L}'’-]*[\])"'”’*_.,;:!?…]*$/u;
/** Share of a passage's tokens that are words as people write them; below it is code, a log, a table. */
const PLAIN = 0.68;
/** A line of a comment of C, of a shell or a diff; a rule; a line of code that ends as code does. */
const CODE_LINE =
  /^(?: |\t+ ?)\*+(?:\s|\/|$)|^\s*(?:\/\*|\*+\/|\/\/|#\s*\w+\s*\(?|\||[-+=_~*]{5,}|\[ *\d+\.\d+\])|[;{}]\s*(?:\/\*.*)?$/;
/** What begins the list of changes between two versions of a patch. */
const CHANGES =
  /^\s*(?:(?:change|history|revision)s?(?:log)?\b[^.\n]{0,50}(?::|$|[->]+ *v?\d)|v\d+\s*(?:->|=>|:|\.\.|→|to v?\d))/im;
/** `Ann Example (10):` begins git's list of an author's patches. */
const SHORTLOG = /^\s*\p{Lu}.{1,60} \(\d+\):\s*$/u;
/** The forms by which robots ask for trailers, and headers of a report. */
const FORM =
  /kindly add following tag|^\s*\|\s*(?:Reported|Closes|Fixes)|url: +https?:|^(?:base|commit|config|compiler): /im;
const TRAILER =
  /^\s*(?:[A-Z][\w-]*-by|Link|Cc|Fixes|Closes|Bug|Change-Id|Message-I[dD]|To|From|Date|Subject):\s|^\s*\[[\w .-]+: .*\]$/;
const ITEM = /^\s*(?:\d{1,2}[.)]|[-*+•])\s/;
const MOST_ITEMS = 4;

/** Whether a line begins an item of a list. */
export const isItem = (line: string) => ITEM.test(line);

/** Whether a passage is a long list: a table of contents; three reasons are an argument. */
export const isContents = (text: string) => text.split('\n').filter(isItem).length > MOST_ITEMS;

/** Whether a passage is somebody's argument: sentences, not code, logs, lists of changes, trailers or forms. */
export function isProse(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim());
  if (CHANGES.test(lines[0] ?? '') || SHORTLOG.test(lines[0] ?? '') || FORM.test(text)) return false;
  const code = lines.filter((line) => CODE_LINE.test(line)).length;
  const trailers = lines.filter((line) => TRAILER.test(line)).length;
  if (Math.max(code, trailers) * 2 >= lines.length) return false;
  const tokens = text.split(/\s+/).filter(Boolean);
  return tokens.filter((token) => WORD.test(token)).length >= tokens.length * PLAIN;
}
