import { decodeWords } from './address';
import { decodeText, decodeUnlabelled } from './charset';

/** A structured MIME header (RFC 2045 5.1, RFC 2183): its value in lower case, and its decoded parameters by lower-case name. */
export interface Structured {
  value: string;
  params: Map<string, string>;
}

/** Limits of the characters and parameters that are read of a header. */
const MAX_LENGTH = 16 * 1024;
const MAX_PARAMS = 200;

/**
 * Reads `type/subtype; name=value; name*0*=charset'language'...`. `raw` is unfolded, each byte one character.
 * Comments are left out, an unclosed quotation ends with the header, and the first of two parameters with the same name counts.
 */
export function readStructured(raw: string): Structured {
  const pieces = split(withSemicolons(raw.slice(0, MAX_LENGTH)));
  const plain = new Map<string, string>();
  const segments = new Map<string, Segment[]>();
  for (const piece of pieces.slice(1, MAX_PARAMS)) {
    const equals = piece.indexOf('=');
    if (equals < 1) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    const value = unquoted(piece.slice(equals + 1).trim());
    const extended = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/.exec(name);
    if (!extended) {
      if (!plain.has(name)) plain.set(name, value);
      continue;
    }
    const [, base = '', number, star] = extended;
    const list = segments.get(base) ?? [];
    segments.set(base, list);
    list.push({ at: Number(number ?? 0), encoded: number === undefined || star !== undefined, value });
  }
  const params = new Map([...plain].map(([name, value]) => [name, plainValue(value)]));
  for (const [name, list] of segments) params.set(name, extendedValue(list));
  return { value: unquoted((pieces[0] ?? '').trim()).toLowerCase(), params };
}

/** Corrects `text/plain charset=x`, `text/plain, charset=x` and `charset:x`, whose meaning is clear. */
function withSemicolons(raw: string): string {
  const type = /^\s*[\w.+-]{1,100}\/[\w.+-]{1,100}(?=[\s,]+([\w*-]{1,60})\s{0,9}[=:])/.exec(raw)?.[0];
  const all = type === undefined ? raw : `${type};${raw.slice(type.length).replace(/^[\s,]+/, '')}`;
  return all.replace(/(;\s{0,99}charset):/i, '$1=');
}

interface Segment {
  at: number;
  encoded: boolean;
  value: string;
}

/** Splits at semicolons outside quotes, and leaves out comments outside quotes. */
function split(raw: string): string[] {
  if (!/["(]/.test(raw)) return raw.split(';');
  const pieces: string[] = [];
  let piece = '';
  let quoted = false;
  let depth = 0;
  const lastClose = raw.lastIndexOf(')');
  for (let at = 0; at < raw.length; at++) {
    const c = raw[at] as string;
    if (c === '\\' && (quoted || depth)) {
      if (!depth) piece += c + (raw[at + 1] ?? '');
      at++;
    } else if (quoted) {
      piece += c;
      if (c === '"') quoted = false;
    } else if (c === '(' && at < lastClose && beginsWord(raw, at)) depth++;
    else if (c === ')' && depth) depth--;
    else if (depth) continue;
    else if (c === ';') {
      pieces.push(piece);
      piece = '';
    } else {
      piece += c;
      if (c === '"') quoted = true;
    }
  }
  pieces.push(piece);
  return pieces;
}

/** A parenthesis opens a comment only at the beginning, or after white space or another mark; within a word it belongs to the word. */
const beginsWord = (raw: string, at: number) => at === 0 || /[\s;)(]/.test(raw[at - 1] as string);

/** Removes quotation marks and undoes their escapes. */
function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  const inside = value.slice(1, value.length > 1 && value.endsWith('"') ? -1 : undefined);
  return inside.includes('\\') ? inside.replace(/\\(.)/g, '$1') : inside;
}

/** Decodes encoded words: RFC 2047 5 forbids them in parameters, but most mailers write them there. */
function plainValue(value: string): string {
  const text = /[\x80-\xff]/.test(value) ? decodeUnlabelled(Buffer.from(value, 'latin1'), null) : value;
  return decodeWords(text);
}

/** RFC 2231 3 and 4: joins segments in order. Only those with a star are percent-encoded; the first one names the charset. */
function extendedValue(segments: Segment[]): string {
  const ordered = segments.sort((a, b) => a.at - b.at);
  if (!ordered.some(({ encoded }) => encoded)) return plainValue(ordered.map(({ value }) => value).join(''));
  let charset: string | null = null;
  const bytes = ordered.map(({ encoded, value }, n) => {
    if (!encoded) return value;
    const declared = n === 0 ? /^([^']*)'[^']*'/.exec(value) : null;
    if (declared) charset = declared[1] || null;
    return value
      .slice(declared?.[0].length ?? 0)
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  });
  return decodeText(Buffer.from(bytes.join(''), 'latin1'), charset);
}
