import { type Body, lineAt } from '#mail/body';
import type { Address } from '#mail/types';

/** One trailer as given: `key` in its usual spelling, `value` whole, and who is named where it names someone. */
export interface Trailer {
  key: string;
  value: string;
  name: string;
  address: string;
  /** Line of the body. */
  line: number;
}

/** Usual spellings of keys that are not `Word-by`. */
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

/** Longest value kept. */
const VALUE = 500;

/** Trailers of one's own words (not of quotations or diffs), folded lines joined, in order. */
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
  found.push({ key, value, ...named(key, value), line: at });
}

function extend(trailer: Trailer, line: string): void {
  trailer.value = `${trailer.value} ${line.trim()}`.slice(0, VALUE);
  Object.assign(trailer, named(trailer.key, trailer.value));
}

/** `REVIEWED-BY` and `reviewed-by` are one key: `Reviewed-by`. */
function spelled(key: string): string {
  const lower = key.toLowerCase();
  return SPELLINGS[lower] ?? lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** Who a trailer names. `Fixes:`, `Link:` and their like name nobody. */
function named(key: string, value: string): Address {
  if (!key.endsWith('-by') && key !== 'Cc') return { name: '', address: '' };
  return readPerson(value);
}

/**
 * A person as trailers write them: `Name <a@b>`, `"Name" <a@b> # v2`, `a@b (Name)`, `Name a@b`, `<a@b>`.
 * Stray punctuation is forgiven.
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

/** Trailers by which a person stands for a patch; the others are facts about it. */
export const ENDORSEMENTS: readonly string[] = [
  'Reviewed-by',
  'Acked-by',
  'Tested-by',
  'Reviewed-and-tested-by',
  'Tested-and-reviewed-by',
  'Acked-and-tested-by',
  'Nacked-by',
  'Verified-by',
  'Review-by',
  'Ack-by',
  'Approved-by',
];
const endorsing = new Set(ENDORSEMENTS);

/** Whether a trailer given in a reply counts as a review of the patch. */
export function isEndorsement(key: string): boolean {
  return endorsing.has(key);
}
