/** A line of a mailmap (gitmailmap(5)): whoever wrote as `oldAddress` (and `oldName`, if given) is this person. */
export interface MailmapLine {
  name: string | null;
  address: string;
  oldName: string | null;
  oldAddress: string;
}

const LINE = /^([^<#]*)<([^<>\s]+)>(?:([^<#]*)<([^<>\s]+)>)?/;

/** Parses a `.mailmap`; skips lines that name nobody. Addresses are in lower case. */
export function parseMailmap(text: string): MailmapLine[] {
  return text.split('\n').flatMap((line) => {
    const found = LINE.exec(line.slice(0, 1000).trim());
    if (!found) return [];
    const [, name = '', address = '', oldName = '', oldAddress] = found;
    return [
      {
        name: name.trim() || null,
        address: address.toLowerCase(),
        oldName: oldName.trim() || null,
        oldAddress: (oldAddress ?? address).toLowerCase(),
      },
    ];
  });
}
