/** An id or the URL of a mail in some archive, pasted into the search box instead of words. */
export interface Pasted {
  /** The Message-ID that it names; null if the archive only uses numbers. */
  msgid: string | null;
  /** The URL as a link; null for a bare id. */
  url: string | null;
}

const MAX_LENGTH = 2000;
/** URLs of RFC 2392, Apple Mail (`message:`) and RFC 5538, with or without slashes and brackets. */
const SCHEME = /^(?:message|mid|news|nntp):(?:\/\/)?(?=\S*(?:@|%40))(\S+)$/i;
/** Archives that number their mails: such a URL does not contain the Message-ID. */
const NUMBERED =
  /^(?:www\.)?(?:marc\.info|spinics\.net|lkml\.org|mail-archive\.com|lists\.[\w.-]+|markmail\.org|lwn\.net)$/;

/** Reads a query that is an id or a URL; null if it is words. `mid:` in lower case with a word is a search, not a URL. */
export function readPasted(query: string): Pasted | null {
  const text = query.trim();
  if (text.length > MAX_LENGTH || /\s/.test(text)) return null;
  const angled = /^<([^<>]+@[^<>]+)>$/.exec(text)?.[1];
  if (angled !== undefined) return { msgid: angled, url: null };
  const named = /^mid:(?!\/\/)(?!.*%40)(?!<)(?!%3c)/i.test(text) ? undefined : SCHEME.exec(text)?.[1];
  if (named !== undefined) return { msgid: bare(decoded(named)), url: null };
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  return ofUrl(new URL(text), text);
}

/** Finds the part of a path or a parameter that is an id, by its @. It may follow `r/`, `all/` or a list's name, and a view may follow it. */
function ofUrl(url: URL, text: string): Pasted | null {
  const asked = url.searchParams.get('i') ?? url.searchParams.get('msgid') ?? url.searchParams.get('mid');
  const parts = url.pathname.split('/').map(decoded).map(bare);
  const at = parts.findIndex((part) => /^[^@]+@[^@]+$/.test(part));
  const own = asked?.includes('@') ? bare(asked) : at < 0 ? null : (parts[at] as string).replace(/\.html$/, '');
  if (own !== null) return { msgid: own, url: text };
  return NUMBERED.test(url.hostname) && url.pathname + url.search !== '/' ? { msgid: null, url: text } : null;
}

const bare = (id: string) => id.replace(/^</, '').replace(/>$/, '');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
