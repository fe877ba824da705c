import type { PrefixField, TermField } from './prefix';

/** A query as a tree. Positions are offsets into the query as typed. */
export type Node =
  | { kind: 'and' | 'or'; of: Node[] }
  | { kind: 'not'; of: Node }
  | { kind: 'words'; field: Field; text: string; phrase: boolean; prefix: boolean; at: number }
  | { kind: 'near'; field: Field; of: [string, string]; distance: number; ordered: boolean }
  | { kind: 'range'; field: 'd' | 'rt'; from: number | null; to: number | null }
  | { kind: 'term'; field: TermField; value: string }
  | { kind: 'test'; name: string; value: string; at: number }
  /** What mails are about: those that `titled` holds for, and those that `said` holds for in threads that speak of it. */
  | { kind: 'about'; titled: Node; said: Node };

/** What words are looked for in; `any` is a word without a prefix, `own` subject and own words alone, of the queries of topics.json. */
export type Field = 'any' | 'own' | PrefixField;

/** What is wrong with a query: a sentence, the place, and the nearest right query. */
export interface Problem {
  message: string;
  at: [number, number];
  suggestion?: string;
}

/** A query was understood, or it says what is wrong. `null`: an empty query. */
export type Parsed = { tree: Node | null; problem?: undefined } | { tree?: undefined; problem: Problem };
