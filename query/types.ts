import type { PrefixField, TermField } from './prefixes';

/** A query as a tree. Positions are offsets into the query as typed. */
export type Node =
  | { kind: 'and' | 'or'; of: Node[] }
  | { kind: 'not'; of: Node }
  | { kind: 'words'; field: Field; text: string; phrase: boolean; prefix: boolean; at: number }
  | { kind: 'near'; field: Field; of: [string, string]; distance: number; ordered: boolean }
  | { kind: 'range'; field: 'd' | 'rt'; from: number | null; to: number | null }
  | { kind: 'term'; field: TermField; value: string }
  | { kind: 'test'; name: string; value: string; at: number }
  /** Mails about a subject: those that match `titled`, and those that match `said` in threads about it. */
  | { kind: 'about'; titled: Node; said: Node };

/** Where words are searched. `any`: a word without a prefix; `own`: only the subject and own words, for the queries in topics.json. */
export type Field = 'any' | 'own' | PrefixField;

/** What is wrong with a query: a sentence, the place, and the most similar correct query. */
export interface Problem {
  message: string;
  at: [number, number];
  suggestion?: string;
}

/** A parsed query, or what is wrong with it. `null` is an empty query. */
export type Parsed = { tree: Node | null; problem?: undefined } | { tree?: undefined; problem: Problem };
