/** An author's list of changes in a version, in a cover letter or below the `---` of a patch. */
export interface Changelog {
  /** The version that has the changes. */
  version: number;
  /** Lines of the mail's text, from 0, both inclusive; the heading is the first. */
  lines: [number, number];
  text: string;
  items: ChangelogItem[];
}

export interface ChangelogItem {
  line: number;
  text: string;
}

/** Characters of a mail's text that are examined; nothing after the first diff is. */
const MOST_TEXT = 30_000;
/** Lines of the part about one version. */
const MOST_LINES = 60;

const CHANGES = String.raw`(?:(?:main|major|key|notable) )?(?:changes?|change ?logs?|history|updates?|differences?)\b`;
/** `Changes in v3:` and `Changes since v2:` both list the changes of version 3. */
const IN = new RegExp(
  String.raw`^${CHANGES}[ \t]*(?:made )?(?:in|for|of|with|:|-)?[ \t]*(?:the )?(?:patch ?set |version |revision |series |rev )?v ?(\d{1,2})\b`,
  'i',
);
const SINCE = new RegExp(
  String.raw`^(?:${CHANGES}[ \t]*)?(?:since|from|compared to|compared with|against|over|vs\.?|relative to|to|wrt\.?|w\.r\.t\.?)[ \t]+(?:the )?(?:patch ?set |version |revision |series |rfc )?v ?(\d{1,2})\b(?:[ \t]*(?:->|=>|→|-->|to)[ \t]*v? ?(\d{1,2})\b)?`,
  'i',
);
const ARROW = /^(?:from )?v ?(\d{1,2})[ \t]*(?:->|=>|→|-+>|to|\.\.)[ \t]*v? ?(\d{1,2})\b/i;
/** `v3:` and `v3 -`, within a list of changes. */
const BARE = /^(?:in )?v ?(\d{1,2})[ \t]*(?:[:(]|-[ \t]|$)/i;
const BEGINS = new RegExp(String.raw`^(?:${CHANGES}[ \t]*(?:log)?[ \t]*[:.]?$|---$)`, 'i');
/** Every heading contains this: `v3`. */
const NUMBERED = /v ?\d/i;
const LEAD = /^[\s*#=+-]*/;
const ITEM = /^\s*(?:[-*+o•]|\d{1,2}(?:\.\d{1,2})?[.)]|\[\d{1,2}\])\s+/;
const STOP = /^(?:-- ?$|Index: |\S.{0,60} \(\d{1,3}\):$| .{1,90} \| +\d+ [+-]*$| \d+ files? changed)/;

function versionOf(line: string, isUnderWay: boolean): number | null {
  if (!NUMBERED.test(line)) return null;
  const bare = line.slice(0, 200).replace(LEAD, '');
  const arrow = ARROW.exec(bare);
  if (arrow) return Number(arrow[2]);
  const since = SINCE.exec(bare);
  if (since) return since[2] ? Number(since[2]) : Number(since[1]) + 1;
  const own = IN.exec(bare) ?? (isUnderWay ? BARE.exec(bare) : null);
  return own ? Number(own[1]) : null;
}

/** The parts of a mail that say what changed between versions; the first part for each version. */
export function changelogsOf(text: string): Changelog[] {
  const diff = text.indexOf('\ndiff --git ');
  const lines = text.slice(0, diff < 0 ? MOST_TEXT : Math.min(diff + 1, MOST_TEXT)).split('\n');
  const found: Changelog[] = [];
  let isUnderWay = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    if (BEGINS.test(line.replace(/^[\s*#=+]*/, '').trim())) isUnderWay = true;
    const version = versionOf(line, isUnderWay);
    if (version === null) continue;
    isUnderWay = true;
    const end = endOf(lines, at);
    if (!found.some((one) => one.version === version)) found.push(partOf(lines, version, at, end));
    at = end;
  }
  return found;
}

/** The last line of a part, before the next heading, a rule, a diffstat, or prose that is not an item. */
function endOf(lines: string[], start: number): number {
  let end = start;
  for (let at = start + 1; at < lines.length && at - start < MOST_LINES; at++) {
    const line = lines[at] as string;
    if (!line.trim()) continue;
    if (STOP.test(line) || /^-{3,}\s*$/.test(line) || versionOf(line, true) !== null) break;
    const isUnderline = /^[-=~]{3,}\s*$/.test(line);
    const isAfterGap = at > start + 1 && !(lines[at - 1] as string).trim() && end > start;
    if (isAfterGap && !ITEM.test(line) && !/^\s/.test(line)) break;
    if (isUnderline && at !== start + 1) break;
    end = at;
  }
  return end;
}

function partOf(lines: string[], version: number, start: number, end: number): Changelog {
  const items: ChangelogItem[] = [];
  for (let at = start; at <= end; at++) {
    const line = lines[at] as string;
    // `v2: drop the hints` has its change on the line of the heading.
    const own = at === start ? /:\s*(\S.*)$/.exec(line)?.[1] : line;
    if (!own?.trim() || /^[-=~]{3,}\s*$/.test(own)) continue;
    const last = items.at(-1);
    if (last && at > start && !ITEM.test(own) && (lines[at - 1] as string).trim() && /^\s/.test(own))
      last.text += ` ${own.trim()}`;
    else items.push({ line: at, text: own.replace(ITEM, '').trim() });
  }
  return {
    version,
    lines: [start, end],
    text: lines
      .slice(start, end + 1)
      .join('\n')
      .trimEnd(),
    items,
  };
}

/** An item that only lists collected tags does not answer an objection. */
const TAGS =
  /\b(?:add(?:ed|s)?|collect\w*|pick\w*(?: up)?|gather\w*|appl(?:y|ied)|includ\w*|append\w*)\b.{0,40}(?:-by\b|\btags?\b|\backs?\b|\br-?b\b)|^\W*[A-Z][a-z-]+-by:|^\W*link to v/i;

/**
 * The item of a changelog that names a person: by the whole name, or by a word of it or the beginning of a word (Boris) that matches none
 * of the `others`. Of several items, the one that shares most words with what they said. Null if it only mentions their tags.
 */
export function itemNaming(
  changelog: Changelog,
  name: string,
  others: readonly string[],
  said = '',
): ChangelogItem | null {
  const own = wordsOf(name);
  if (!own.length) return null;
  const strangers = others.filter((other) => other !== name).flatMap(wordsOf);
  const isNamed = (text: string) =>
    (own.length > 1 && text.includes(own.join(' '))) ||
    wordsOf(text.slice(0, 600)).some(
      (word) => own.some((one) => fits(word, one)) && !strangers.some((one) => fits(word, one)),
    );
  const named = changelog.items.filter(({ text }) => !TAGS.test(text) && isNamed(text));
  const about = new Set(longWords(said));
  const shared = ({ text }: ChangelogItem) => longWords(text).filter((word) => about.has(word)).length;
  return named.reduce<ChangelogItem | null>((best, one) => (!best || shared(one) > shared(best) ? one : best), null);
}

const longWords = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}_]{4,}/gu) ?? [];

/** The words of a text, in the form of names. */
const wordsOf = (text: string) =>
  (text.match(/\p{Lu}[\p{L}'’-]+/gu) ?? []).map((word) => word.replace(/['’]s$/, '')).filter((word) => word.length > 1);

/** The least number of letters of a shortened name. */
const SHORT_NAME = 4;

const fits = (word: string, name: string) =>
  word === name || (word.length >= SHORT_NAME && word.length < name.length && name.startsWith(word));
