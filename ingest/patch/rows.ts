import type { Body } from '#mail/body';
import type { Message } from '#mail/types';
import { textKey } from '#patch/fingerprint';
import { CLAIM_SOURCE, SPOKEN } from '#patch/kinds';
import { parseMmSubject, readMmAnnouncement } from '#patch/mm';
import { titleKey } from '#patch/subject';
import { authorKey, type PatchFacts, patchFacts } from './facts';

type Cell = string | number | null;

/** Rows by table, each beginning with `index`, the mail's position in its batch. Tables: PATCH_TABLES in db/write/patch.ts. */
export type FactRows = Record<string, Cell[][]>;

/** Adds a mail's statements about patches to the rows of its batch. */
export function addPatchRows(rows: FactRows, index: number, message: Message, body?: Body): void {
  const facts = patchFacts(message, body);
  add(rows, 'patch_dirty', [index]);
  if (facts.patch) add(rows, 'patch', patchRow(index, facts));
  addTrailers(rows, index, facts);
  addClaims(rows, index, facts, authorKey(message.author.name, message.author.address));
  addMm(rows, index, message, facts);
}

function add(rows: FactRows, table: string, row: Cell[]): void {
  const kept = rows[table];
  if (kept) kept.push(row);
  else rows[table] = [row];
}

/** In the order of PATCH_TABLES.patch. */
function patchRow(index: number, { subject, patch }: PatchFacts): Cell[] {
  if (!patch) return [];
  return [
    index,
    patch.kind,
    subject.revision,
    subject.revisionPart || null,
    subject.position,
    subject.total,
    patch.marks,
    subject.stable,
    patch.titleKey,
    patch.authorKey,
    patch.patchId,
    patch.print.length ? encodePrint(patch.print) : null,
    patch.files.join('\n') || null,
    patch.added,
    patch.removed,
    patch.changeId,
    patch.baseCommit,
    patch.addressee,
    patch.earlier.join('\n') || null,
  ];
}

function encodePrint(print: number[]): string {
  return Buffer.from(Uint32Array.from(print).buffer).toString('base64');
}

function addTrailers(rows: FactRows, index: number, facts: PatchFacts): void {
  for (const { key, name, address, value, line } of facts.trailers) {
    if (key !== 'Cc')
      add(rows, 'trailer', [index, line, key, name, address, address === '' && name === '' ? value : null]);
  }
}

function addClaims(rows: FactRows, index: number, facts: PatchFacts, speaker: number): void {
  facts.claims.forEach((claim, nth) => {
    const byTitle = claim.title !== null && !SPOKEN.includes(claim.source);
    const key = byTitle ? textKey(titleKey(claim.title as string)) : null;
    add(rows, 'claim', [
      index,
      claim.line,
      nth,
      claim.kind,
      claim.source,
      claim.msgid,
      claim.title,
      key,
      claim.oid,
      claim.tree,
      speaker,
    ]);
  });
}

function addMm(rows: FactRows, index: number, message: Message, facts: PatchFacts): void {
  if (facts.subject.kind !== 'mm' || facts.subject.isReply) return;
  const release = readMmAnnouncement(message.subject, message.text);
  if (!release) {
    addMmEvent(rows, index, message, facts);
    return;
  }
  add(rows, 'mm_release', [index, release.name, release.previous, release.patches, release.location]);
  for (const [n, { subject, text, isUnmerged, line }] of release.remarks.entries()) {
    add(rows, 'mm_remark', [index, n, subject, text, isUnmerged ? 1 : 0, line]);
  }
  for (const [n, { kind, file, title, note, line }] of release.entries.entries()) {
    add(rows, 'mm_entry', [index, n, kind, file, title, note, line]);
  }
}

/** An mm-commits mail: a patch that entered or left, and why. */
function addMmEvent(rows: FactRows, index: number, message: Message, facts: PatchFacts): void {
  const event = parseMmSubject(message.subject);
  if (!event) return;
  const said = /^This patch was dropped because (.{1,300}?)\.?$/ms.exec(message.text.slice(0, 4096))?.[1];
  const note = [event.reason, said?.replace(/\s+/g, ' ')].filter(Boolean).join(': ') || null;
  const title = facts.claims.find((claim) => claim.source === CLAIM_SOURCE.mm);
  add(rows, 'mm_entry', [
    index,
    0,
    event.action === 'added' ? 'added' : 'dropped',
    event.file,
    title?.title ?? null,
    note,
    title?.line ?? 0,
  ]);
}
