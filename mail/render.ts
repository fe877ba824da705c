import { type Body, lineAt, linesBetween, readBody } from './body';
import type { Segment, SegmentKind } from './segment';
import { encodeUnseen, hasUnseen, visible } from './visible';

/** A longer quotation is folded. */
const FOLD_QUOTES_ABOVE = 12;
/** Lines shown of a body; the page says that the rest is in the raw mail. */
const MAX_SHOWN_LINES = 20_000;
/** Characters shown of a body, however few lines it has. */
const MAX_SHOWN_TEXT = 2 * 1024 * 1024;

/** The CSS class of each kind of run; short, because a long thread has thousands of runs. */
const CLASS: Record<SegmentKind, string> = {
  text: 't',
  attribution: 'at',
  quote: 'q',
  signature: 'sg',
  trailers: 'tr',
  diffstat: 'ds',
  file: 'fl',
  hunk: 'hk',
  add: 'ad',
  del: 'de',
  context: 'cx',
  binary: 'bi',
  base: 'bs',
};

/** The kinds that make up a diff, which is scrolled instead of wrapped because its columns matter. */
const DIFF = new Set<SegmentKind>(['file', 'hunk', 'add', 'del', 'context', 'binary']);
/** Has a name and a tab stop, so that it can be scrolled with the keyboard. */
const DIFF_START = '<div class="df" tabindex="0" role="group" aria-label="diff">';

/** HTML that is inserted before a line (from 0) of a body. Trusted: already escaped. */
export interface Note {
  line: number;
  html: string;
}

/** First and last line, from 0. */
export type LineSpan = readonly [number, number];

/** Lines that are marked; quietly where the reader did not ask for them. */
export interface Lit {
  lines: LineSpan;
  isQuiet?: boolean;
}

/** How a body is shown. */
export interface Shown {
  notes?: Note[];
  /** Marked lines. Without `fold`, the first has the id `quoted`; a page of many mails can have only one such place. */
  lit?: readonly Lit[];
  /** What else to fold on a page of many mails; nothing by default. */
  fold?: { diffs: number; quotes: number };
}

/** The hrefs of names in a mail. */
export interface Links {
  /** Null if the page has no link for it. */
  msgid(msgid: string): string | null;
  /** A file before or after a diff; `path` is not known here. */
  blob?(oid: string): string;
  commit?(oid: string): string;
}

/**
 * HTML of a mail's displayed text: each run of lines of one kind in an element, the runs of a diff in one more, long quotations
 * folded, URLs and Message-IDs linked. Everything is escaped; links are http and https only. One pass, no recursion.
 */
export function renderBody(text: string, links: Links, { notes = [], lit = [], fold }: Shown = {}): string {
  const body = readBody(text.length > MAX_SHOWN_TEXT ? text.slice(0, MAX_SHOWN_TEXT).toWellFormed() : text);
  const folds = fold ? foldsOf(body, fold) : [];
  const out: string[] = [];
  const pending = notes.toSorted((a, b) => a.line - b.line);
  let inDiff = false;
  let folded = 0;
  for (const segment of fold ? cutAt(body.segments, folds) : body.segments) {
    if (segment.start >= MAX_SHOWN_LINES) break;
    const isDiff = DIFF.has(segment.kind);
    if (inDiff && !isDiff) out.push('</div>');
    if (folded && folded <= segment.start) out.push('</details>');
    if (folded <= segment.start) folded = 0;
    if (folds[0]?.start === segment.start) {
      const { end, summary } = folds.shift() as Fold;
      out.push(`<details class="f"><summary>${summary}</summary>`);
      folded = end;
    }
    if (isDiff && !inDiff) out.push(DIFF_START);
    inDiff = isDiff;
    const own = pending.splice(0, pending.findIndex(({ line }) => line >= segment.end) >>> 0);
    out.push(renderSegment(body, segment, links, own, lit, fold !== undefined));
  }
  if (inDiff) out.push('</div>');
  if (folded) out.push('</details>');
  out.push(...pending.map(({ html }) => html));
  const lines = body.starts.length - 1;
  if (lines > MAX_SHOWN_LINES)
    out.push(`<p class="cut">${lines - MAX_SHOWN_LINES} more lines are in the raw mail.</p>`);
  if (text.length > MAX_SHOWN_TEXT)
    out.push(`<p class="cut">${text.length - MAX_SHOWN_TEXT} more characters are in the raw mail.</p>`);
  return out.join('');
}

/** Lines that are folded into one, `end` exclusive. */
interface Fold {
  start: number;
  end: number;
  summary: string;
}

/** The last lines of a folded quotation, which the reply answers, are not folded. */
const KEPT_OPEN = 4;

/** The long diffs of a body, and its long quotations without their ends, in order. The end of the mail's last quotation is folded too if no text follows. */
function foldsOf(body: Body, most: { diffs: number; quotes: number }): Fold[] {
  const found: Fold[] = [];
  for (let n = 0; n < body.segments.length; n++) {
    const { kind, start } = body.segments[n] as Segment;
    const isOne = kind === 'quote' ? ({ kind }: Segment) => kind === 'quote' : ({ kind }: Segment) => DIFF.has(kind);
    if (kind !== 'quote' && !DIFF.has(kind)) continue;
    let to = n;
    while (body.segments[to + 1] && isOne(body.segments[to + 1] as Segment)) to++;
    const end = (body.segments[to] as Segment).end;
    if (kind !== 'quote') {
      if (end - start > most.diffs)
        found.push({ start, end, summary: diffSummary(body, body.segments.slice(n, to + 1)) });
    } else if (end - start > most.quotes) {
      const next = body.segments[to + 1]?.kind;
      const open = next === undefined || next === 'signature' ? 0 : KEPT_OPEN;
      found.push({ start, end: end - open, summary: `${end - start - open} quoted lines` });
    }
    n = to;
  }
  return found;
}

/** Splits the segments in which a fold ends. */
function cutAt(segments: Segment[], folds: Fold[]): Segment[] {
  const ends = new Set(folds.map(({ end }) => end));
  return segments.flatMap((segment) => {
    const cut = segment.kind === 'quote' ? lineIn(ends, segment) : undefined;
    return cut === undefined
      ? [segment]
      : [
          { ...segment, end: cut },
          { ...segment, start: cut },
        ];
  });
}

/** The end of a fold within this segment, if any. */
function lineIn(ends: Set<number>, { start, end }: Segment): number | undefined {
  for (let line = end - 1; line > start && line > end - 1 - KEPT_OPEN; line--) if (ends.has(line)) return line;
  return undefined;
}

/** The files of a diff, and how many lines it adds and removes. */
function diffSummary(body: Body, segments: Segment[]): string {
  const names: string[] = [];
  const lines = { add: 0, del: 0 };
  for (const { kind, start, end } of segments) {
    if (kind === 'add' || kind === 'del') lines[kind] += end - start;
    else if (kind === 'file') names.push(...namesBetween(body, start, end));
  }
  const [name = 'diff', ...others] = new Set(names);
  const more = others.length ? ` and ${others.length} more` : '';
  return `${escapeHtml(name)}${more} +${lines.add} −${lines.del}`;
}

/** The files named in a diff's head lines, without git's `a/` and `b/`: the new name, or the old name of a deleted file. */
function namesBetween(body: Body, start: number, end: number): string[] {
  const found: string[] = [];
  let old = '';
  for (let line = start; line < end; line++) {
    const [, side, name = ''] =
      /^(---|\+\+\+) (?:[ab]\/)?([^\t]{1,300})/.exec(lineAt(body.text, body.starts, line)) ?? [];
    if (side === '---') old = name;
    else if (side) found.push(name === '/dev/null' ? old : name);
  }
  return found;
}

function renderSegment(
  body: Body,
  { kind, start, end, depth }: Segment,
  links: Links,
  notes: Note[],
  lit: readonly Lit[],
  isFolded: boolean,
): string {
  const last = Math.min(end, MAX_SHOWN_LINES);
  const plain = !notes.length && !lit.some(({ lines }) => lines[1] >= start && lines[0] < last);
  if (kind === 'trailers') return `<div class="tr">${trailerLines(body, start, last, links)}</div>`;
  const lines = plain
    ? linked(linesBetween(body.text, body.starts, start, last), links)
    : notedLines(body, start, last, links, notes, lit, !isFolded);
  if (kind === 'file') return `<div class="fl">${blobLinks(lines, links)}</div>`;
  // A block element drops its last line end, and with it an empty last line.
  const inner = lineAt(body.text, body.starts, last - 1) === '' ? `${lines}\n` : lines;
  if (kind !== 'quote') return `<div class="${CLASS[kind]}">${inner}</div>`;
  const shade = `q q${Math.min(depth ?? 1, 4)}`;
  if (isFolded || last - start <= FOLD_QUOTES_ABOVE) return `<div class="${shade}">${inner}</div>`;
  return `<details class="f"><summary>${last - start} quoted lines</summary><div class="${shade}">${inner}</div></details>`;
}

/** The lines of a segment with the notes between them; lines in `lit` are marked. */
function notedLines(
  body: Body,
  start: number,
  end: number,
  links: Links,
  notes: Note[],
  lit: readonly Lit[],
  isNamed: boolean,
): string {
  const cuts = new Set([start, end, ...notes.map(({ line }) => line)]);
  for (const { lines } of lit)
    for (const line of [lines[0], lines[1] + 1]) if (line > start && line < end) cuts.add(line);
  const at = [...cuts].sort((a, b) => a - b);
  let out = '';
  for (const [n, from] of at.entries()) {
    out += notes.flatMap(({ line, html }) => (line === from ? [html] : [])).join('');
    const to = at[n + 1];
    if (to === undefined) break;
    const lines = linked(linesBetween(body.text, body.starts, from, to), links) + (to < end ? '\n' : '');
    const own = lit.filter(({ lines: [first, last] }) => from >= first && from <= last);
    const id = isNamed && lit[0]?.lines[0] === from ? ' id="quoted"' : '';
    const quiet = own.every(({ isQuiet }) => isQuiet) ? ' class="k"' : '';
    out += own.length ? `<mark${quiet}${id}>${lines}</mark>` : lines;
  }
  return out;
}

function trailerLines(body: Body, start: number, end: number, links: Links): string {
  const lines: string[] = [];
  for (let line = start; line < end; line++) {
    const text = lineAt(body.text, body.starts, line);
    const colon = text.indexOf(':');
    lines.push(
      colon > 0
        ? `<b>${escapeHtml(text.slice(0, colon + 1))}</b>${linked(text.slice(colon + 1), links)}`
        : linked(text, links),
    );
  }
  return lines.join('\n');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for a quoted attribute. */
export function escapeAttribute(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string) : text;
}

/** Escapes text for HTML content; invisible characters are shown by their number. */
export function escapeHtml(text: string): string {
  const escaped = escapeAttribute(text);
  return hasUnseen(escaped) ? visible(escaped, (mark) => `<i class="bidi">${mark}</i>`) : escaped;
}

/** Links the blob names before and after a change to the pages of these blobs. */
function blobLinks(html: string, { blob }: Links): string {
  if (!blob) return html;
  const link = (oid: string) => (/^0+$/.test(oid) ? oid : `<a href="${escapeAttribute(blob(oid))}">${oid}</a>`);
  return html.replace(
    /^index ([0-9a-f]{7,64})\.\.([0-9a-f]{7,64})\b/gm,
    (_, pre: string, post: string) => `index ${link(pre)}..${link(post)}`,
  );
}

/** A URL up to white space, quotes or brackets; a Message-ID in angle brackets; or hex digits. All are bounded, so matching is linear. */
const LINK =
  /https?:\/\/[^\s<>"'`\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]{3,2000}|<([^<>\s@"]{1,200}@[^<>\s@"]{1,200})>|(?<![\w.@/-])([0-9a-f]{8,40})(?![\w@-])/g;
const TRAILING = /(?<![.,;:!?)\]}])[.,;:!?)\]}]+$/;

function linked(text: string, links: Links): string {
  if (!text.includes('://') && !text.includes('@') && !mayNameCommit(text)) return escapeHtml(text);
  let out = '';
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const [whole, msgid, oid] = match;
    out += escapeHtml(text.slice(at, match.index));
    at = match.index + whole.length;
    if (oid !== undefined) {
      const isCommit = links.commit && namesCommit(text, match.index, at);
      out += isCommit ? `<a href="${escapeAttribute(links.commit?.(oid) ?? '')}">${oid}</a>` : oid;
    } else if (msgid !== undefined) {
      const href = looksLikeMsgid(msgid) ? links.msgid(msgid) : null;
      out += href ? `&lt;<a href="${escapeAttribute(href)}">${escapeHtml(msgid)}</a>&gt;` : escapeHtml(whole);
    } else {
      out += urlLink(whole, links);
    }
  }
  return out + escapeHtml(text.slice(at));
}

/** Hex digits alone may be an address, a register or a date; the words around them show whether they are a commit. */
const namesCommit = (text: string, start: number, end: number): boolean =>
  /\b(?:commit(?:[- ]id)?|fixes|reverts|upstream)[:\s]{1,3}$/i.test(text.slice(Math.max(0, start - 16), start)) ||
  /^ \(["']/.test(text.slice(end, end + 3));

const mayNameCommit = (text: string): boolean =>
  text.includes('ommit') || text.includes('ixes: ') || text.includes(' ("') || text.includes('pstream');

function urlLink(found: string, links: Links): string {
  const tail = TRAILING.exec(found)?.[0] ?? '';
  // A closing parenthesis belongs to the URL if it was opened there: .../Kexec_(Linux).
  const keep = tail.startsWith(')') && found.slice(0, -tail.length).includes('(') ? 1 : 0;
  const url = found.slice(0, found.length - tail.length + keep);
  const rest = found.slice(url.length);
  const href = escapeAttribute(encodeUnseen(url));
  return `<a href="${href}" rel="nofollow noreferrer">${escapeHtml(url)}</a>${foreignHost(url)}${ownLink(url, links)}${escapeHtml(rest)}`;
}

/** A host with other letters than ASCII may look like another host, so its real name is shown beside it (RFC 3492). */
function foreignHost(url: string): string {
  const written = /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  if (!/[^\x00-\x7f]/.test(written) || !URL.canParse(url)) return '';
  return ` <small class="host">[${escapeHtml(new URL(url).hostname)}]</small>`;
}

const ARCHIVE =
  /^https?:\/\/(?:lore\.kernel\.org|lkml\.kernel\.org|marc\.info|public-inbox\.org)\/(?:[\w.-]+\/)?([^/?#\s]{3,250}(?:@|%40)[^/?#\s]{1,250})\/?/i;

/** For a link to lore, which names a Message-ID: a link to the same mail here, if the page has it. */
function ownLink(url: string, links: Links): string {
  const named = ARCHIVE.exec(url)?.[1];
  if (!named) return '';
  try {
    const href = links.msgid(decodeURIComponent(named));
    return href
      ? ` <a class="own" href="${escapeAttribute(href)}" title="the same message in this archive">[here]</a>`
      : '';
  } catch {
    return '';
  }
}

/** Distinguishes ids from mail addresses, which are also in brackets: ids are long, or have digits and a dot. */
function looksLikeMsgid(id: string): boolean {
  const local = id.slice(0, id.indexOf('@'));
  return (
    local.length > 24 || (/\d{4}/.test(local) && /[.$-]/.test(local)) || (local.length > 10 && /\d{6}/.test(local))
  );
}
