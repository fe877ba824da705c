import { dateRange } from './dates';
import { FACTS } from './fact';
import { lex, type Token } from './lex';
import { nearestPrefix, prefixOf } from './prefix';
import type { Field, Node, Parsed, Problem } from './types';

/** The longest query that is accepted. */
const MAX_QUERY = 2000;
/** The largest number of words and operators in a query. */
const MAX_TOKENS = 200;
/** Depth of nested parentheses: limits the recursion of this parser, of the SQL and of FTS5's expression tree. */
const MAX_DEPTH = 20;

class Wrong extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/**
 * Parses a query in lore's language (docs/SEARCH.md): words, "phrases", prefixes, AND OR NOT + -, parentheses, word*, NEAR/n.
 * Neighbouring words are joined by AND. `now` is in Unix seconds. Never throws: for a wrong query, the result says what is wrong,
 * where, and what may have been meant.
 */
export function parseQuery(query: string, now: number): Parsed {
  if (last?.query !== query || last.now !== now) last = { query, now, parsed: parsed(query, now) };
  return last.parsed;
}

/** A page asks for the same query several times: for its order, its plan, its words. */
let last: { query: string; now: number; parsed: Parsed } | null = null;

function parsed(query: string, now: number): Parsed {
  if (query.length > MAX_QUERY) {
    return {
      problem: {
        message: `This query is too long: it has ${query.length} characters; the limit is ${MAX_QUERY}.`,
        at: [MAX_QUERY, query.length],
        suggestion: query.slice(0, MAX_QUERY),
      },
    };
  }
  try {
    const tokens = lex(query);
    if (tokens.length > MAX_TOKENS)
      throw new Wrong({
        message: `This query has too many words and operators; the limit is ${MAX_TOKENS}.`,
        at: [tokens[MAX_TOKENS]?.at ?? 0, query.length],
      });
    return { tree: new Parser(query, tokens, now).parse() };
  } catch (error) {
    if (error instanceof Wrong) return { problem: error.problem };
    throw error;
  }
}

class Parser {
  #at = 0;

  constructor(
    private readonly query: string,
    private readonly tokens: Token[],
    private readonly now: number,
  ) {}

  parse(): Node | null {
    const unclosed = this.tokens.find((token) => token.kind === 'word' && token.unclosed);
    if (unclosed) throw this.wrong('This quotation mark is not closed.', unclosed, `${this.query}"`);
    if (!this.tokens.length) return null;
    const tree = this.#or(0);
    const rest = this.#peek();
    if (rest) throw this.wrong('This closing parenthesis has no opening one.', rest, this.#without(rest));
    return tree;
  }

  #peek(): Token | undefined {
    return this.tokens[this.#at];
  }

  #or(depth: number): Node {
    const of = [this.#and(depth)];
    while (this.#peek()?.kind === 'or') {
      const operator = this.tokens[this.#at++] as Token;
      of.push(this.#operand(operator, () => this.#and(depth)));
    }
    return of.length === 1 ? (of[0] as Node) : { kind: 'or', of };
  }

  #and(depth: number): Node {
    const of = [this.#unary(depth)];
    for (let next = this.#peek(); next && next.kind !== 'or' && next.kind !== 'close'; next = this.#peek()) {
      if (next.kind === 'and') {
        this.#at++;
        of.push(this.#operand(next, () => this.#unary(depth)));
      } else {
        of.push(this.#unary(depth));
      }
    }
    return of.length === 1 ? (of[0] as Node) : { kind: 'and', of };
  }

  /** Reads the operand that must follow an operator. */
  #operand(operator: Token, read: () => Node): Node {
    const next = this.#peek();
    if (!next || next.kind === 'close')
      throw this.wrong(`There is nothing after ${operator.text}.`, operator, this.#without(operator));
    return read();
  }

  #unary(depth: number): Node {
    let negated = false;
    let token = this.#peek() as Token;
    while (token?.kind === 'not' || token?.kind === 'plus') {
      if (token.kind === 'not') negated = !negated;
      this.#at++;
      const next = this.#peek();
      if (!next || next.kind === 'close')
        throw this.wrong(`There is nothing after ${token.text}.`, token, this.#without(token));
      token = next;
    }
    const node = this.#primary(token, depth);
    return negated ? { kind: 'not', of: node } : node;
  }

  #primary(token: Token, depth: number): Node {
    this.#at++;
    if (token.kind === 'open') return this.#group(token, depth);
    if (token.kind === 'word') return this.#near(token) ?? this.#word(token);
    if (token.kind === 'close')
      throw this.wrong('This closing parenthesis has no opening one.', token, this.#without(token));
    throw this.wrong(`There is nothing before ${token.text}.`, token, this.#without(token));
  }

  #group(token: Token, depth: number, field: string | null = token.prefix): Node {
    if (depth >= MAX_DEPTH) throw this.wrong(`Parentheses can be nested at most ${MAX_DEPTH} deep.`, token);
    const before = this.#at;
    if (this.#peek()?.kind === 'close')
      throw this.wrong(
        'There is nothing between these parentheses.',
        token,
        this.#without(token, this.#peek() as Token),
      );
    if (!this.#peek()) throw this.wrong('This parenthesis is not closed.', token, `${this.query})`);
    if (field)
      for (let n = before; n < this.tokens.length && this.tokens[n]?.kind !== 'close'; n++)
        (this.tokens[n] as Token).prefix ??= field;
    const node = this.#or(depth + 1);
    if (this.#peek()?.kind !== 'close') throw this.wrong('This parenthesis is not closed.', token, `${this.query})`);
    this.#at++;
    return node;
  }

  /** `a NEAR/5 b`, `a ADJ/2 b`, after the first word has been read. */
  #near(token: Token): Node | null {
    const operator = this.#peek();
    if (operator?.kind !== 'near') return null;
    const other = this.tokens[this.#at + 1];
    if (other?.kind !== 'word')
      throw this.wrong(`${operator.text} must be between two words.`, operator, this.#without(operator));
    for (const one of [token, other])
      if (one.prefix !== null && (prefixOf(one.prefix)?.kind !== 'words' || one.prefix !== token.prefix))
        throw this.wrong(
          `${one.prefix}: cannot be combined with ${operator.text}.`,
          one,
          this.#replaced(one, one.text),
        );
    this.#at += 2;
    return {
      kind: 'near',
      field: this.#field(token),
      of: [token.text, other.text],
      distance: operator.distance ?? 10,
      ordered: operator.text.startsWith('ADJ'),
    };
  }

  #word(token: Token): Node {
    const { text } = token;
    const prefix = token.prefix === null ? null : prefixOf(token.prefix);
    if (prefix === undefined) return this.#unknown(token);
    if (text === '') throw this.wrong(`There is nothing after ${prefix?.name}:.`, token, this.#without(token));
    if (prefix?.kind === 'range') return this.#range(token, prefix.field);
    if (prefix?.kind === 'term') return { kind: 'term', field: prefix.field, value: text.toLowerCase() };
    const fact = prefix?.name === 'has' ? FACTS.find(({ name }) => name === text.toLowerCase())?.words : undefined;
    if (fact) return anyOf(fact.field, fact.of, false, token.at);
    if (prefix?.kind === 'test') return { kind: 'test', name: prefix.name, value: text, at: token.at };
    const wild = !token.quoted && text.endsWith('*');
    const bare = wild ? text.replace(/(?<!\*)\*+$/, '') : text;
    if (!/[\p{L}\p{N}]/u.test(bare))
      throw this.wrong('There is no word to search for here.', token, this.#without(token));
    if (prefix?.kind === 'words' && prefix.phrases) return anyOf(prefix.field, prefix.phrases(bare), wild, token.at);
    return { kind: 'words', field: this.#field(token), text: bare, phrase: token.quoted, prefix: wild, at: token.at };
  }

  #field(token: Token): Field {
    const prefix = prefixOf(token.prefix ?? '');
    return prefix?.kind === 'words' || prefix?.kind === 'whole' ? prefix.field : 'any';
  }

  #range(token: Token, field: 'd' | 'rt'): Node {
    const range = dateRange(token.text, this.now);
    if (!range)
      throw this.wrong(
        `"${token.text}" is not a range of dates. Write 20220101..20221231, 2022-05.. or ..2.weeks.ago, for example.`,
        token,
        this.#without(token),
      );
    return { kind: 'range', field, ...range };
  }

  /** An unknown prefix: `foo:bar` may be words with a colon between them; a similar prefix is suggested. */
  #unknown(token: Token): Node {
    const near = nearestPrefix(token.prefix as string);
    if (near)
      throw this.wrong(
        `There is no prefix ${token.prefix}:`,
        token,
        this.#replaced(token, `${near}:${token.quoted ? `"${token.text}"` : token.text}`),
      );
    return {
      kind: 'words',
      field: 'any',
      text: `${token.prefix} ${token.text}`,
      phrase: true,
      prefix: false,
      at: token.at,
    };
  }

  wrong(message: string, token: Token, suggestion?: string): Wrong {
    const offer = suggestion?.trim();
    return new Wrong({ message, at: [token.at, token.end], ...(offer ? { suggestion: offer } : {}) });
  }

  #without(...tokens: Token[]): string {
    return tokens
      .toSorted((a, b) => b.at - a.at)
      .reduce((text, { at, end }) => text.slice(0, at) + text.slice(end), this.query);
  }

  #replaced(token: Token, text: string): string {
    return this.query.slice(0, token.at) + text + this.query.slice(token.end);
  }
}

/** One of several phrases. */
function anyOf(field: Field, phrases: readonly string[], prefix: boolean, at: number): Node {
  const of = phrases.map((text): Node => ({ kind: 'words', field, text, phrase: true, prefix, at }));
  return of.length === 1 ? (of[0] as Node) : { kind: 'or', of };
}
