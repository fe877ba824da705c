/** A pair of name and address, with its mails. */
export interface Identity {
  id: number;
  name: string;
  /** Lower case. */
  address: string;
  messages: number;
  /** Unix seconds of its first and its newest mail. */
  first: number;
  last: number;
}

/** Why an identity belongs to its person; `first` for the identity with which the person begins. */
export type JoinReason =
  | 'first'
  | 'same address'
  | 'the address that a relay names'
  | 'signs under both addresses'
  | 'same name, and both addresses write in the same threads'
  | 'same name and local part'
  | 'same name and organisation'
  | 'same name, and both addresses are made of it'
  | 'mailmap'
  | 'people.json'
  | 'rewritten by a list'
  | 'a program of the same name';

/** Another person with the same name, without proof that they are one. */
export interface Perhaps {
  slug: string;
  reason: string;
}

export interface Person {
  /** The name in URLs; for a namesake, followed by a mark made from the address. */
  slug: string;
  name: string;
  kind: 'person' | 'bot' | 'role';
  identities: { id: number; reason: JoinReason }[];
  perhaps: Perhaps[];
}

/** What mails prove about two addresses with the same full name. */
export interface Ties {
  /** Days on which a mail from `a` was signed, or a trailer given in it, under the same name with `b`. */
  signed: { a: string; b: string; days: number }[];
  /** Threads in which both write. */
  shared: { a: string; b: string; threads: number }[];
}

/** Evidence from people themselves. Addresses are in lower case. */
export interface Evidence extends Ties {
  /** Pairs of addresses that belong to one person according to a `.mailmap` or `people.json`. */
  joined: { a: string; b: string; reason: 'mailmap' | 'people.json' }[];
  /** Pairs that do not, according to `people.json`. */
  apart: { a: string; b: string }[];
  /** Addresses of lists, which are nobody's. */
  lists: ReadonlySet<string>;
}

export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
