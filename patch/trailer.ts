import { type Body, lineAt } from '#mail/body';
import type { Address } from '#mail/types';

/** A trailer: `key` in its usual spelling, the whole `value`, and the person whom it names, if any. */
export interface Trailer {
  key: string;
  value: string;
  name: string;
  address: string;
  /** Its line in the body. */
  line: number;
}

/** The usual spellings of keys that are not `Word-by`. */
const SPELLINGS: Record<string, string> = {
  cc: 'Cc',
  fixes: 'Fixes',
  closes: 'Closes',
  link: 'Link',
  links: 'Link',
  bugzilla: 'Bugzilla',
  buglink: 'BugLink',
  references: 'References',
  'change-id': 'Change-Id',
  'message-id': 'Message-ID',
  'commit-id': 'Commit-ID',
  'depends-on': 'Depends-on',
};

/** A longer value is cut. */
const VALUE = 500;

/** The trailers in a body outside quotations and diffs, in order, with folded lines joined. */
export function trailersOf(body: Body): Trailer[] {
  const found: Trailer[] = [];
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'trailers') continue;
    for (let i = start; i < end; i++) {
      const line = lineAt(body.text, body.starts, i);
      const last = found.at(-1);
      if (last && i > start && /^\s/.test(line)) extend(last, line);
      else addTrailer(found, line, i);
    }
  }
  return found;
}

function addTrailer(found: Trailer[], line: string, at: number): void {
  const colon = line.indexOf(':');
  const value = line
    .slice(colon + 1)
    .trim()
    .slice(0, VALUE);
  if (value === '') return;
  const key = spelled(line.slice(0, colon));
  const person = named(key, value);
  if (isEndorsement(key) && !namesPerson(person, value)) return;
  found.push({ key, value, ...person, line: at });
}

function extend(trailer: Trailer, line: string): void {
  trailer.value = `${trailer.value} ${line.trim()}`.slice(0, VALUE);
  Object.assign(trailer, named(trailer.key, trailer.value));
}

/** The usual spelling of a key: `REVIEWED-BY` and `reviewed-by` become `Reviewed-by`. */
function spelled(key: string): string {
  const lower = key.toLowerCase();
  return SPELLINGS[lower] ?? lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** The person whom a trailer names. `Fixes:`, `Link:` and similar name nobody. */
function named(key: string, value: string): Address {
  if (!key.endsWith('-by') && key !== 'Cc') return { name: '', address: '' };
  return readPerson(value);
}

/**
 * Reads a person in a trailer: `Name <a@b>`, `"Name" <a@b> # v2`, `a@b (Name)`, `Name a@b`, `<a@b>`.
 * Tolerates stray punctuation.
 */
export function readPerson(value: string): Address {
  const angle = value.indexOf('<');
  const close = value.indexOf('>', angle);
  if (angle >= 0 && close > angle) {
    return { name: cleanName(value.slice(0, angle)), address: cleanAddress(value.slice(angle + 1, close)) };
  }
  const bare = /[^\s<>()",;]+(?:@| at )[^\s<>()",;]+/.exec(value.slice(0, 200));
  if (!bare) return { name: cleanName(value.split('#', 1)[0] as string), address: '' };
  const before = value.slice(0, bare.index);
  const after = value.slice(bare.index + bare[0].length);
  const paren = /^\s*\(([^)]*)\)/.exec(after);
  return { name: cleanName(paren ? (paren[1] as string) : before), address: cleanAddress(bare[0]) };
}

function cleanName(name: string): string {
  return name
    .replace(/["<]/g, '')
    .replace(/^[\s,;:(]+|(?<![\s,;:(])[\s,;:(]+$/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 120);
}

function cleanAddress(address: string): string {
  return address
    .replace(/^mailto:/i, '')
    .replace(/ at /i, '@')
    .replace(/\s+/g, '')
    .replace(/(?<![.,;>])[.,;>]+$/, '')
    .toLowerCase();
}

/** The meaning of a review trailer: `review` approves the patch, `test` tried it, `against` refuses it. */
type Weight = 'review' | 'test' | 'against';

/** All spellings of review trailers in use. SQL and pages use this table. */
const REVIEW_TRAILERS: Record<string, Weight> = {
  'Reviewed-by': 'review',
  'Review-by': 'review',
  'Acked-by': 'review',
  'Ack-by': 'review',
  'Approved-by': 'review',
  'Reviewed-and-tested-by': 'review',
  'Tested-and-reviewed-by': 'review',
  'Acked-and-tested-by': 'review',
  'Tested-by': 'test',
  'Verified-by': 'test',
  'Nacked-by': 'against',
  'Nak-by': 'against',
  'Naked-by': 'against',
  'Nack-by': 'against',
};

const keysOf = (...weights: Weight[]) =>
  Object.keys(REVIEW_TRAILERS).filter((key) => weights.includes(REVIEW_TRAILERS[key] as Weight));

/** All review trailers; below, those that approve a patch, those of a review, and those against it. */
export const ENDORSEMENTS: readonly string[] = keysOf('review', 'test', 'against');
export const STANDING: readonly string[] = keysOf('review', 'test');
export const REVIEWS: readonly string[] = keysOf('review');
export const AGAINST: readonly string[] = keysOf('against');

/** Whether a trailer given in a reply counts as a review of the patch. */
export function isEndorsement(key: string): boolean {
  return key in REVIEW_TRAILERS;
}

/** Whether two mailboxes belong to the same person: the same address, or the same full name. */
export function isSamePerson(a: Address, b: Address): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/["'.]/g, '').replace(/\s+/g, ' ').trim();
  if (a.address !== '' && a.address.toLowerCase() === b.address.toLowerCase()) return true;
  return plain(a.name).includes(' ') && plain(a.name) === plain(b.name);
}

/** Whether a trailer names a person. `Tested-by: nobody so far, please try` has neither an address nor a name of few words. */
function namesPerson({ name, address }: Address, value: string): boolean {
  if (address !== '') return true;
  const words = name.split(' ');
  return (
    words.length <= 4 &&
    /^[\p{L}'’.-]+(?: [\p{L}'’.-]+)*(?:\s*\([^)]*\))?$/u.test(name) &&
    !/^(?:no ?body|no ?one|none|some(?:body|one)|any(?:body|one)|me|you|us|tbd|todo|pending|yes|no|n\/?a)\b/i.test(
      name,
    ) &&
    !/[,?!]/.test(value)
  );
}
