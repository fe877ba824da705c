/** A token of a query. For a word, `text` is its value without marks; for an operator, `text` is as written. */
export interface Token {
  kind: 'word' | 'open' | 'close' | 'and' | 'or' | 'not' | 'plus' | 'near';
  text: string;
  prefix: string | null;
  quoted: boolean;
  unclosed: boolean;
  distance: number | null;
  at: number;
  end: number;
}

const SPACE = /\s/;
const PREFIX = /^([A-Za-z][A-Za-z-]{0,15}):/;

/** Splits a query into tokens. Linear; accepts any string. */
export function lex(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    if (SPACE.test(query[at] as string)) {
      at++;
      continue;
    }
    const token = next(query, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function next(query: string, at: number): Token {
  const character = query[at];
  if (character === '(') return mark('open', query, at);
  if (character === ')') return mark('close', query, at);
  const follows = query[at + 1];
  const starts = follows !== undefined && !SPACE.test(follows);
  if (character === '-' && starts) return mark('not', query, at);
  if (character === '+' && starts) return mark('plus', query, at);
  return word(query, at);
}

function mark(kind: Token['kind'], query: string, at: number): Token {
  return {
    kind,
    text: query[at] as string,
    prefix: null,
    quoted: false,
    unclosed: false,
    distance: null,
    at,
    end: at + 1,
  };
}

const OPERATORS: Record<string, Token['kind']> = { AND: 'and', OR: 'or', NOT: 'not' };

function word(query: string, at: number): Token {
  const prefix = PREFIX.exec(query.slice(at, at + 20))?.[1] ?? null;
  const start = prefix === null ? at : at + prefix.length + 1;
  const base = { prefix, quoted: false, unclosed: false, distance: null, at };
  if (prefix !== null && query[start] === '(') return { ...base, kind: 'open', text: '(', end: start + 1 };
  if (query[start] === '"') {
    const close = query.indexOf('"', start + 1);
    const end = close < 0 ? query.length : close;
    return {
      ...base,
      kind: 'word',
      text: query.slice(start + 1, end),
      quoted: true,
      unclosed: close < 0,
      end: close < 0 ? end : end + 1,
    };
  }
  let end = start;
  while (
    end < query.length &&
    !SPACE.test(query[end] as string) &&
    query[end] !== ')' &&
    !(query[end] === '(' && end === start)
  )
    end++;
  // In `kexec_load()` the parentheses belong to the word.
  if (query[end] === ')' && query.slice(start, end).includes('(')) while (query[end] === ')') end++;
  const text = query.slice(start, end);
  if (prefix === null && text in OPERATORS) return { ...base, kind: OPERATORS[text] as Token['kind'], text, end };
  const near = prefix === null ? /^(NEAR|ADJ)(?:\/(\d{1,3}))?$/.exec(text) : null;
  if (near) return { ...base, kind: 'near', text, distance: near[2] ? Number(near[2]) : null, end };
  return { ...base, kind: 'word', text, end: Math.max(end, at + 1) };
}
