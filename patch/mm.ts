/** The -mm tree: Andrew Morton's announcements of 2004 to 2008, and the mm-commits mails since. */

/** The subject of an mm-commits mail. */
export interface MmEvent {
  action: 'added' | 'removed';
  /** The name of the patch file. */
  file: string;
  /** The words in the brackets of a removal: `merged mm-stable`, `obsolete`, `folded-merged`, ...; '' for an addition, or if there are none. */
  reason: string;
  /** `-mm`, `mm-unstable`, ... */
  tree: string;
}

/** `+ x.patch added to mm-unstable branch`, `[merged mm-stable] x.patch removed from -mm tree`; null for other subjects. */
export function parseMmSubject(subject: string): MmEvent | null {
  const found = /^\s*(?:\[([^\]]+)\]\s*)?(?:([+-])\s+)?(\S+\.patch) (added to|removed from) (?:the )?(\S+)/.exec(
    subject,
  );
  if (!found) return null;
  return {
    action: found[4] === 'added to' ? 'added' : 'removed',
    file: found[3] as string,
    reason: (found[1] ?? '').replace(/^to be updated$/, 'to-be-updated'),
    tree: found[5] as string,
  };
}

export interface MmRemark {
  /** The text before the colon, or ''. */
  subject: string;
  text: string;
  /** Whether it is below "Status of as-yet-unmerged things". */
  isUnmerged: boolean;
  line: number;
}

/** A line in an announcement's changelog or list. `note`: the text for `kind: 'note'`, else the text about the entry's group. */
export interface MmEntry {
  kind: 'added' | 'dropped' | 'kept' | 'all' | 'note';
  file: string;
  title: string | null;
  note: string | null;
  line: number;
}

export interface MmAnnouncement {
  name: string;
  previous: string | null;
  patches: number | null;
  location: string | null;
  remarks: MmRemark[];
  entries: MmEntry[];
}

const RELEASE = /^(\d\.\d+\.\d+(?:\.\d+)?(?:-rc\d+)?(?:-git\d+)?-mm\d+)$/;

/**
 * Reads an announcement of the -mm tree (subject `2.6.9-mm1`): remarks, changelog, list of all patches.
 * Every line of the changelog becomes an entry. Null if the subject is another one, or nothing is announced.
 */
export function readMmAnnouncement(subject: string, text: string): MmAnnouncement | null {
  const name = RELEASE.exec(subject.trim());
  if (!name) return null;
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^Changes since \S+:?\s*$/.test(line));
  const listed = lines.findIndex((line) => /^All \d+ patches:?\s*$/.test(line));
  if (start < 0 && listed < 0) return null;
  const totals = lines.findIndex((line, n) => n > start && /^number of patches in -mm: \d+/.test(line));
  const end = [totals, listed, lines.length].find((n) => n > start) as number;
  const counted = /(\d+)/.exec(lines[totals >= 0 ? totals : listed] ?? '');
  return {
    name: name[1] as string,
    previous: start < 0 ? null : (/since (\S+?):?\s*$/.exec(lines[start] as string)?.[1] ?? null),
    patches: counted ? Number(counted[1]) : null,
    location:
      lines
        .slice(0, Math.max(start, 0))
        .find((line) => /^(?:ftp|https?):\/\//.test(line))
        ?.trim() ?? null,
    remarks: remarksOf(lines, start < 0 ? listed : start),
    entries: [...changesOf(lines, start + 1, start < 0 ? 0 : end), ...listOf(lines, listed)],
  };
}

/** Items of the list above the changelog, without those that only introduce others ("Status of ...:"). */
function remarksOf(lines: string[], end: number): MmRemark[] {
  const items: { indent: number; text: string; line: number }[] = [];
  for (let i = 0; i < end; i++) {
    const item = /^(\s*)[-*o] (.*)$/.exec(lines[i] as string);
    const last = items.at(-1);
    if (item) items.push({ indent: (item[1] as string).length, text: (item[2] as string).trim(), line: i });
    else if (last && /^\s+\S/.test(lines[i] as string)) last.text += ` ${(lines[i] as string).trim()}`;
  }
  const remarks: MmRemark[] = [];
  let unmergedBelow = -1;
  items.forEach(({ indent, text, line }, n) => {
    if (indent <= unmergedBelow) unmergedBelow = -1;
    const opens = text.endsWith(':') && (items[n + 1]?.indent ?? 0) > indent;
    if (opens && /unmerged|status/i.test(text)) unmergedBelow = indent;
    if (opens) return;
    const colon = /^([^:]{2,80}):\s+(.+)$/.exec(text);
    const [subject, said] = colon ? [colon[1] as string, colon[2] as string] : ['', text];
    remarks.push({ subject, text: said, isUnmerged: unmergedBelow >= 0, line });
  });
  return remarks;
}

const KINDS = { '+': 'added', '-': 'dropped', ' ': 'kept' } as const;

/** The changelog: blocks of `+x.patch`, `-x.patch` and ` x.patch`, each with the text after it. */
function changesOf(lines: string[], start: number, end: number): MmEntry[] {
  const entries: MmEntry[] = [];
  let block: MmEntry[] = [];
  let isClosed = false;
  for (let i = start; i < end; i++) {
    const line = (lines[i] as string).trimEnd();
    if (line === '') {
      isClosed = block.length > 0;
      continue;
    }
    const file = /^([+ -])(#?\S+)$/.exec(line);
    if (file && /\.(?:patch|gz|bz2)$/.test(file[2] as string)) {
      if (isClosed) block = [];
      isClosed = false;
      const entry: MmEntry = { kind: KINDS[file[1] as '+'], file: file[2] as string, title: null, note: null, line: i };
      block.push(entry);
      entries.push(entry);
    } else {
      const note = line.trim();
      for (const entry of block) entry.note = entry.note === null ? note : `${entry.note} ${note}`;
      entries.push({ kind: 'note', file: '', title: null, note, line: i });
    }
  }
  return entries;
}

/** Reads "All N patches:", where each file name has its title indented below. */
function listOf(lines: string[], at: number): MmEntry[] {
  const entries: MmEntry[] = [];
  if (at < 0) return entries;
  for (let i = at + 1; i < lines.length; i++) {
    const line = (lines[i] as string).trimEnd();
    const last = entries.at(-1);
    if (/^-- ?$/.test(line)) break;
    if (/^\S+\.patch$/.test(line)) entries.push({ kind: 'all', file: line, title: null, note: null, line: i });
    else if (last && /^\s+\S/.test(line)) {
      if (last.title === null) last.title = line.trim();
      else last.note = last.note === null ? line.trim() : `${last.note} ${line.trim()}`;
    }
  }
  return entries;
}
