import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMmAnnouncement } from '../../patch/mm.ts';
import { ARCHIVES, archive } from '../archives.ts';

/** The text of the announcement of 2.6.9-mm1 in the mbox (7 bit, not decoded). */
function announcement(): string {
  const mails = readFileSync(archive('lkml-2004-2005.mbox'), 'utf8').split(
    /^From (?=\S+ +\w{3} \w{3} )|^From mboxrd@z /m,
  );
  const mail = mails.find((one) => /^Subject: 2\.6\.9-mm1$/m.test(one)) ?? '';
  return mail.slice(mail.search(/\r?\n\r?\n/)).trim();
}

describe.skipIf(!ARCHIVES)('the announcement of 2.6.9-mm1', () => {
  const read = () => readMmAnnouncement('2.6.9-mm1', announcement());

  it('has ten remarks on as-yet-unmerged things, kexec among them', () => {
    const unmerged = read()?.remarks.filter(({ isUnmerged }) => isUnmerged) ?? [];
    expect(unmerged).toHaveLength(10);
    expect(unmerged.some(({ subject }) => /kexec/.test(subject))).toBe(true);
  });

  it('accounts for every line of its changelog and of its list', () => {
    const text = announcement();
    const release = read();
    const lines = text.split('\n');
    const begin = lines.findIndex((line) => /^Changes since/.test(line));
    const shown = [
      ...(release?.entries ?? []).flatMap(({ file, title, note }) => [file, title ?? '', note ?? '']),
    ].join('\n');
    const squeezed = shown.replace(/\s+/g, ' ');
    const counts = /^All \d+ patches:?$|^(?:number of (?:patches|changesets)\b.*|total patches): \d+$/;
    const lost = lines
      .slice(begin + 1)
      .map((line) => line.trim())
      .filter((line) => line && !counts.test(line))
      .filter((line) => !squeezed.includes(line.replace(/^[+-]/, '').replace(/\s+/g, ' ')));
    expect(lost).toEqual([]);
    const files = lines.slice(begin + 1).filter((line) => /^[+-]\S+\.patch\s*$/.test(line));
    const changed = release?.entries.filter(({ kind }) => kind === 'added' || kind === 'dropped') ?? [];
    expect(changed.map(({ file, kind }) => (kind === 'added' ? '+' : '-') + file)).toEqual(
      files.map((line) => line.trim()),
    );
  });
});
