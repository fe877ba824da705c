/** An entry of a MAINTAINERS file whose `F:` lines name files. */
export interface Maintained {
  /** `EDAC-CORE` */
  title: string;
  /** Folders (without the slash at the end) and files; patterns with a wildcard within are left out. */
  files: string[];
}

/** The kernel's file has 3,000 entries, the longest of 60 files. */
const MOST = { entries: 10_000, files: 100, text: 8 * 1024 * 1024 };
/** `F:\tdrivers/edac/` */
const FIELD = /^([A-Z]):\s+(\S.{0,300})$/;
const PATH = /^[\w.+@-]+(?:\/[\w.+@-]+)*$/;

/** The entries of a MAINTAINERS file in the kernel's form: a title, and below it a field a line. */
export function parseMaintainers(text: string): Maintained[] {
  const found: Maintained[] = [];
  let title = '';
  let entry: Maintained | null = null;
  for (const line of text.slice(0, MOST.text).split('\n')) {
    const [, field, value = ''] = FIELD.exec(line) ?? [];
    if (!field) {
      title = line.trim();
      entry = null;
      continue;
    }
    const path = value.trim().replace(/\/\*?$/, '');
    if (field !== 'F' || !title || title.length > 200 || !PATH.test(path) || found.length >= MOST.entries) continue;
    if (!entry) {
      entry = { title, files: [] };
      found.push(entry);
    }
    if (entry.files.length < MOST.files) entry.files.push(path);
  }
  return found;
}
