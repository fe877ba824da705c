import MarkdownIt from 'markdown-it';
import { z } from 'zod';

/** The head of a story, between two lines of `---`. */
const FRONT = z.strictObject({
  title: z.string().min(1),
  date: z.iso.date(),
  summary: z.string().default(''),
  /** The list that the story is about. An archive without it cannot prove the story, and does not show it. */
  list: z.string().optional(),
});

/** A passage that a story quotes, and the mail that it names as the source (RFC 2392: `mid:` names a Message-ID). */
export interface StoryQuotation {
  text: string;
  msgid: string;
}

export interface Story extends z.output<typeof FRONT> {
  slug: string;
  markdown: string;
  quotations: StoryQuotation[];
}

/** A story cannot be read; the message says which one and why. */
export class StoryError extends Error {}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });
type Token = ReturnType<typeof markdown.parse>[0];

/** Reads a story. Throws StoryError if its head is wrong. */
export function parseStory(file: string, slug: string): Story {
  const found = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(file.replace(/\r\n?/g, '\n'));
  if (!found) throw new StoryError(`stories/${slug}.md: it must begin with a head between two lines of ---`);
  const lines = (found[1] ?? '').split('\n').filter((line) => line.trim());
  const pairs = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()] as const;
  });
  const front = FRONT.safeParse(Object.fromEntries(pairs));
  if (!front.success) {
    const issue = front.error.issues[0];
    throw new StoryError(`stories/${slug}.md: ${issue?.path.join('.') || 'head'}: ${issue?.message}`);
  }
  const text = found[2] ?? '';
  return { ...front.data, slug, markdown: text, quotations: quotationsOf(markdown.parse(text, {})) };
}

/** In the order of the text: the words of each link to `mid:`, or the block quotation that has such a link as its source. */
function quotationsOf(tokens: Token[]): StoryQuotation[] {
  const found: StoryQuotation[] = [];
  let block: Token[] | null = null;
  for (const token of tokens) {
    if (token.type === 'blockquote_open') block = [];
    else if (token.type === 'blockquote_close' && block) {
      const source = block.flatMap(linksOf).at(-1);
      if (source) found.push({ text: block.map(wordsOutsideSource).filter(Boolean).join('\n\n'), msgid: source.msgid });
      block = null;
    } else if (token.type === 'inline') {
      if (block) block.push(token);
      else found.push(...linksOf(token));
    }
  }
  return found;
}

function linksOf(token: Token): StoryQuotation[] {
  const found: StoryQuotation[] = [];
  let open: StoryQuotation | null = null;
  for (const child of token.children ?? []) {
    const href = child.type === 'link_open' ? String(child.attrGet('href') ?? '') : '';
    if (href.startsWith('mid:')) open = { text: '', msgid: decoded(href.slice(4)) };
    else if (child.type === 'link_close' && open) {
      found.push(open);
      open = null;
    } else if (open) open.text += textOf(child);
  }
  return found;
}

/** The words of a paragraph of a block quotation; '' if it begins with a dash and names the source. */
function wordsOutsideSource(token: Token): string {
  const text = (token.children ?? []).map(textOf).join('');
  return /^\s*[\u2014\u2013-]/.test(text) && linksOf(token).length ? '' : text;
}

const textOf = ({ type, content }: Token) => (type.endsWith('break') ? '\n' : content);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** HTML of a story; `sourceOf(n)` is inserted beside the nth quotation. HTML in the story is shown as text. */
export function renderStory(
  { markdown: text }: Story,
  hrefOf: (msgid: string) => string,
  sourceOf: (n: number) => string,
): string {
  const tokens = markdown.parse(text, {});
  const rules = new MarkdownIt({ html: false });
  let n = 0;
  let depth = 0;
  let inBlock = false;
  rules.renderer.rules.blockquote_open = () => {
    inBlock = true;
    return `${sourceOf(n++)}<blockquote>`;
  };
  rules.renderer.rules.blockquote_close = () => {
    inBlock = false;
    return '</blockquote>';
  };
  rules.renderer.rules.link_open = (all, at, options, _, self) => {
    const token = all[at] as Token;
    const href = String(token.attrGet('href') ?? '');
    depth = href.startsWith('mid:') ? 1 : 0;
    if (depth) token.attrSet('href', hrefOf(decoded(href.slice(4))));
    return self.renderToken(all, at, options);
  };
  rules.renderer.rules.link_close = (all, at, options, _, self) => {
    const close = self.renderToken(all, at, options);
    if (!depth || inBlock) return close;
    depth = 0;
    return `${close}${sourceOf(n++)}`;
  };
  return rules.renderer.render(tokens, rules.options, {});
}
