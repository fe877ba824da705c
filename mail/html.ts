import sanitizeHtml from 'sanitize-html';
import type { InlineImage } from './attachment';
import { withoutDeepElements } from './nesting';
import { escapeHtml } from './render';

/** Longer HTML is cut before it is read. */
export const MAX_HTML = 2 * 1024 * 1024;
/** Depth of nested elements; deeper elements lose their tags, not their words. Browsers stop at 512. */
const MAX_NESTING = 60;
/** Columns and rows that a cell may span; otherwise one line could make a table of millions of cells. */
const MAX_SPAN = 50;

/** Words, lists and tables. Nothing that loads, runs, submits, overlays or is styled. */
const TAGS =
  'a abbr address b blockquote br caption cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q s samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var'.split(
    ' ',
  );
/** Elements whose text is not part of the mail's words. */
const WITHOUT_TEXT =
  'script style template textarea title noscript noembed noframes iframe object applet embed svg math xmp plaintext select option audio video canvas head'.split(
    ' ',
  );

export interface SafeHtml {
  html: string;
  /** What was cut, in words for the page. */
  notes: string[];
}

/**
 * Makes a mail's HTML safe for a page: sanitised with the allow-list above (sanitize-html), without styles, classes and ids. Images
 * become words that link to the attachment. Links lead to http, https and mailto only; the host is shown if the link's words do not
 * name it.
 * `attachmentHref` gives the address of an attachment.
 */
export function sanitizeMail(
  html: string,
  images: InlineImage[],
  attachmentHref: (image: InlineImage) => string,
): SafeHtml {
  const notes =
    html.length > MAX_HTML ? [`HTML of ${html.length} characters, of which the first ${MAX_HTML} are shown`] : [];
  const byCid = new Map(images.map((image) => [image.cid, image]));
  const clean = sanitizeHtml(withoutDeepElements(html.slice(0, MAX_HTML).toWellFormed()), {
    allowedTags: TAGS,
    nonTextTags: WITHOUT_TEXT,
    allowedAttributes: { a: ['href', 'rel'], td: ['colspan', 'rowspan'], th: ['colspan', 'rowspan'], '*': ['dir'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    nestingLimit: MAX_NESTING,
    transformTags: {
      a: (_, { href = '' }) => link(href),
      td: (tagName, attribs) => ({ tagName, attribs: spans(attribs) }),
      th: (tagName, attribs) => ({ tagName, attribs: spans(attribs) }),
      center: 'div',
      font: 'span',
      big: 'span',
      strike: 's',
      dir: 'ul',
      img: (_, { src = '', alt = '' }): sanitizeHtml.Tag => {
        const image = src.startsWith('cid:') ? byCid.get(src.slice(4)) : undefined;
        const words = alt.trim() || image?.name || '';
        const text = words ? `[image: ${words.slice(0, 500)}]` : '[image]';
        return image
          ? { tagName: 'a', attribs: { href: attachmentHref(image) }, text }
          : { tagName: 'span', attribs: {}, text };
      },
    },
  });
  return { html: withHosts(clean), notes };
}

function link(href: string): sanitizeHtml.Tag {
  const target = targetOf(href);
  return target === null
    ? { tagName: 'span', attribs: {} }
    : { tagName: 'a', attribs: { href: target, rel: 'nofollow noreferrer noopener' } };
}

/** The link as a browser reads it (WHATWG URL): host in punycode, without a user name that could be mistaken for a host. */
function targetOf(href: string): string | null {
  if (href.length > 4000 || !URL.canParse(href)) return null;
  const url = new URL(href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:' && url.protocol !== 'mailto:') return null;
  url.username = '';
  url.password = '';
  if (url.protocol === 'mailto:') url.search = harmlessFields(url.search.slice(1));
  return url.href;
}

/** The fields that a mailto link may fill in: with `attach`, some mail programs attach a file from the reader's machine (RFC 6068, 7). */
const FILLED_IN = new Set(['to', 'cc', 'subject', 'in-reply-to']);

const harmlessFields = (query: string) =>
  query
    .split('&')
    .filter((field) => FILLED_IN.has(decoded(field.split('=', 1)[0] ?? '').toLowerCase()))
    .join('&');

function spans({ colspan, rowspan }: sanitizeHtml.Attributes): sanitizeHtml.Attributes {
  const kept: sanitizeHtml.Attributes = {};
  if (colspan && /^\d{1,4}$/.test(colspan)) kept.colspan = String(Math.min(Number(colspan), MAX_SPAN));
  if (rowspan && /^\d{1,4}$/.test(rowspan)) kept.rowspan = String(Math.min(Number(rowspan), MAX_SPAN));
  return kept;
}

/** Links in sanitised HTML, whose attributes contain neither quotes nor angle brackets. */
const LINKS = /<a href="([^"]*)"[^>]*>|<\/a>/g;

/** Adds the host after each link whose words do not name it. */
function withHosts(html: string): string {
  let out = '';
  let at = 0;
  let open: { target: string; from: number } | null = null;
  for (const match of html.matchAll(LINKS)) {
    const end = match.index + match[0].length;
    if (match[1] !== undefined) {
      open = { target: unescaped(match[1]), from: end };
      continue;
    }
    if (!open) continue;
    const host = hiddenHost(open.target, html.slice(open.from, match.index));
    open = null;
    if (!host) continue;
    out += `${html.slice(at, end)} <small class="host">[${escapeHtml(host)}]</small>`;
    at = end;
  }
  return out + html.slice(at);
}

/** The host or mail address that a link leads to; null if its words begin with it, or if it leads to one of our pages. */
function hiddenHost(target: string, inner: string): string | null {
  if (target.startsWith('/')) return null;
  const url = new URL(target);
  const real = url.protocol === 'mailto:' ? decoded(url.pathname) : url.host;
  const words = unescaped(inner.replace(/<[^>]*>/g, ''))
    .trim()
    .toLowerCase();
  const shown = words.replace(/^(?:https?:\/\/|mailto:)/, '');
  const named = shown.startsWith(real.toLowerCase()) && !/^[^/?#\s]/.test(shown.slice(real.length));
  return named ? null : real.slice(0, 300) || '?';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Undoes the escaping of sanitize-html. */
const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
