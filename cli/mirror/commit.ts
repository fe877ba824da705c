import { createHash } from 'node:crypto';
import type { MirrorMail } from '#db/queries/mirror';

const COMMITTER = 'Threadline <threadline@localhost>';

/** Git allows neither angle brackets nor control characters in a name or address. */
const personal = (text: string) => text.replace(/[\p{Cc}\s<>]+/gu, ' ').trim();
const oneLine = (text: string) => text.replace(/[\p{Cc}]+/gu, ' ').trim();

/** Formats minutes east as `+0530`. Real mails claim impossible zones, which git refuses. */
function zone(minutes: number | null): string {
  if (minutes === null || Math.abs(minutes) > 14 * 60) return '+0000';
  const size = Math.abs(minutes);
  const digits = String(Math.floor(size / 60) * 100 + (size % 60)).padStart(4, '0');
  return `${minutes < 0 ? '-' : '+'}${digits}`;
}

/** The git blob id of a mail's bytes. */
export function blobName(raw: Buffer[]): string {
  const hash = createHash('sha1').update(`blob ${raw.reduce((sum, { length }) => sum + length, 0)}\0`);
  for (const part of raw) hash.update(part);
  return hash.digest('hex');
}

/** A commit of a public-inbox v2 epoch for git fast-import, with the mail as file `m`. The same mail always gives the same commit. */
export function addition(mail: MirrorMail): Buffer {
  const author = `${personal(mail.name) || personal(mail.address)} <${personal(mail.address)}>`;
  const subject = Buffer.from(oneLine(mail.subject) || '(no subject)');
  const size = mail.raw.reduce((sum, { length }) => sum + length, 0);
  const head =
    `commit refs/heads/master\nauthor ${author} ${Math.max(0, mail.sent_at)} ${zone(mail.sent_zone)}\n` +
    `committer ${COMMITTER} ${Math.max(0, mail.arrived_at)} +0000\ndata ${subject.length}\n`;
  return Buffer.concat([
    Buffer.from(head),
    subject,
    Buffer.from(`\ndeleteall\nM 100644 inline m\ndata ${size}\n`),
    ...mail.raw,
    Buffer.from('\n'),
  ]);
}

/** The commit that withdraws a mail: its blob as file `d` (public-inbox-v2-format, "DELETIONS"). */
export function withdrawal(oid: string, at: number): Buffer {
  return Buffer.from(
    `commit refs/heads/master\ncommitter ${COMMITTER} ${at} +0000\ndata 2\nrm\ndeleteall\nM 100644 ${oid} d\n`,
  );
}
