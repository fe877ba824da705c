import { convert } from 'html-to-text';
import { withoutDeepElements } from '#mail/nesting';

/** A quotation in an article, with an empty line between paragraphs. */
export interface Quoted {
  text: string;
  /** Offset in the article's plain text; a quotation within a block has the block's offset. */
  at: number;
}

/** A single word in quotation marks is a term, not a quotation. */
const FEWEST_WORDS = 2;
const HTML = /<(?:!doctype|html|body|p|div|blockquote|q|br)\b[^>]*>/i;

/** The article as plain text with block quotations marked by `>`. Markdown and text are not changed. */
export function articleText(article: string): string {
  if (!HTML.test(article)) return article.replace(/\r\n?/g, '\n');
  // The parser's time grows with the square of the depth: 20,000 nested tables took 1.2 s.
  return convert(withoutDeepElements(article), {
    wordwrap: false,
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'skip' },
      { selector: 'q', format: 'inlineSurround', options: { prefix: '\u201c', suffix: '\u201d' } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
    limits: { maxInputLength: 4_000_000, maxDepth: 200, ellipsis: '' },
  });
}

/** The quotations in an article's plain text, in order: block quotations, and text between quotation marks. */
export function quotationsOf(text: string): Quoted[] {
  const found: Quoted[] = [];
  for (const block of blocksOf(text)) {
    if (block.isQuote) found.push({ text: blockText(block.lines), at: block.at });
    else inlineQuotations(block.lines.join('\n'), block.at, found);
  }
  return found.filter(({ text }) => (text.match(/[\p{L}\p{N}]+/gu) ?? []).length >= FEWEST_WORDS);
}

interface Block {
  isQuote: boolean;
  lines: string[];
  at: number;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const isQuote = /^ {0,3}>/.test(line);
    const last = blocks.at(-1);
    if (last && last.isQuote === isQuote) last.lines.push(line);
    // In Markdown a block quotation continues on a line without a mark; an empty line ends it.
    else if (last?.isQuote && line.trim() && last.lines.at(-1)?.replace(/[>\s]/g, '')) last.lines.push(line);
    else blocks.push({ isQuote, lines: [line], at });
    at += line.length + 1;
  }
  return blocks;
}

/** A block quotation without its `>` marks, the quotation marks around it and the name below it. */
function blockText(lines: string[]): string {
  const bare = lines.map((line) => line.replace(/^(?: {0,3}>)+ ?/, '').trimEnd());
  const last = bare.findLastIndex((line) => line.trim());
  if (last > 0 && /^\s*(?:\u2014|\u2013|--?)\s*\p{Lu}/u.test(bare[last] as string)) bare.splice(last);
  const text = unmarked(bare.join('\n').trim());
  const paragraphs = text.split(/\n\s*\n/).map((part) => part.replace(/^["\u201c]|["\u201d]$/g, ''));
  return paragraphs.join('\n\n').trim();
}

/** Removes the Markdown syntax of links and code. */
const unmarked = (text: string) =>
  text.replace(/\[([^\][]{1,300})\]\([^)\s]{1,500}\)/g, '$1').replace(/`([^`\n]+)`/g, '$1');

const OPENS = '\u201c\u201e\u00ab';
const CLOSES = '\u201d\u00bb';
/** A longer line is a separate paragraph, since the article is not wrapped. */
const LONG_LINE = 120;

/**
 * Finds quotations within paragraphs. One that continues in the next paragraph has an opening mark there and no closing mark at the end
 * of the first, as in print. Marks of the other kind inside belong to it. A mark that is never closed is not a quotation mark (`13" disk`).
 */
function inlineQuotations(text: string, offset: number, found: Quoted[]): void {
  const isLong = text.split('\n').some((line) => line.length > LONG_LINE);
  const isBreak = (i: number) => text[i] === '\n' && (isLong || /\n\s*\n/y.test(text.slice(i, i + 40)));
  let open: {
    at: number;
    from: number;
    parts: string[];
    straight: boolean;
    depth: number;
    close: string | null;
  } | null = null;
  const end = (i: number) => {
    if (!open) return;
    const parts = [...open.parts, text.slice(open.from, i)].map((part) => unmarked(part.trim()));
    found.push({ text: parts.filter(Boolean).join('\n\n'), at: offset + open.at });
    open = null;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (open && isBreak(i)) {
      const next = /\S/.exec(text.slice(i))?.index ?? -1;
      const goesOn = next > 0 && (open.straight ? text[i + next] === '"' : OPENS.includes(text[i + next] as string));
      if (!goesOn) {
        // A mark that is never closed opens a quotation only at the beginning of a paragraph.
        if (/^\s*$/.test(text.slice(text.lastIndexOf('\n', open.at) + 1, open.at))) end(i);
        else open = null;
        continue;
      }
      open.parts.push(text.slice(open.from, i));
      i += next;
      open.from = i + 1;
    } else if (!open && (c === '"' ? isOpening(text, i) : OPENS.includes(c)))
      open = { at: i, from: i + 1, parts: [], straight: c === '"', depth: 1, close: c === '\u201e' ? '\u201c' : null };
    else if (!open && c === '\u2018' && isOpening(text, i)) {
      const close = closingSingle(text, i);
      if (close > 0) {
        found.push({ text: unmarked(text.slice(i + 1, close)), at: offset + i });
        i = close;
      }
    } else if (open && c === '"' && open.straight) end(i);
    else if (open && !open.straight && (open.close ? c === open.close : CLOSES.includes(c))) {
      if (--open.depth === 0) end(i);
    } else if (open && !open.straight && !open.close && OPENS.includes(c)) open.depth++;
  }
  if (open && /^\s*$/.test(text.slice(text.lastIndexOf('\n', open.at) + 1, open.at))) end(text.length);
}

/** Whether the mark follows white space, a bracket or a dash, and a word follows it. */
function isOpening(text: string, i: number): boolean {
  const before = text[i - 1] ?? ' ';
  const after = text[i + 1] ?? ' ';
  return /[\s([{\u2014\u2013\u2018'-]/.test(before) && !/\s/.test(after);
}

/** The single mark that closes the one at `i` in the same paragraph. No word character may follow, or it would be an apostrophe. */
function closingSingle(text: string, i: number): number {
  for (let k = i + 1; k < text.length && k < i + 4000; k++) {
    if (text[k] === '\u2018' || (text[k] === '\n' && text[k + 1] === '\n')) return -1;
    if (text[k] === '\u2019' && !/[\p{L}\p{N}]/u.test(text[k + 1] ?? ' ')) return k;
  }
  return -1;
}
