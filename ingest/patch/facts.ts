import { type Body, lineAt, readBody } from '#mail/body';
import type { Message, MsgId } from '#mail/types';
import { addresseeOf } from '#patch/addressee';
import { changedPaths, diffFiles } from '#patch/diff';
import { fingerprint, textKey } from '#patch/fingerprint';
import { type Claim, MARK, PATCH_KIND, type PatchKind } from '#patch/kinds';
import { patchId } from '#patch/patchid';
import { parseSubject, type Subject, titleKey } from '#patch/subject';
import { readPerson, type Trailer, trailersOf } from '#patch/trailer';
import { claimsOf, isTreeNotice, namesUpstream } from './claims';
import { earlierVersions } from './earlier';

/** What one mail says about patches, without any other mail. */
export interface PatchFacts {
  subject: Subject;
  /** Null: a mail that neither carries a patch nor stands for one. */
  patch: PatchPart | null;
  /** Of the mail's own words, in a patch or in a reply. */
  trailers: Trailer[];
  claims: Claim[];
}

export interface PatchPart {
  kind: PatchKind;
  authorKey: number;
  titleKey: number;
  patchId: string | null;
  print: number[];
  files: string[];
  added: number;
  removed: number;
  marks: number;
  changeId: string | null;
  baseCommit: string | null;
  /** Whom it is sent to: a name, else an address. Null: nobody, or a mail that is no posting. */
  addressee: string | null;
  /** Ids that the mail names as earlier versions of itself. */
  earlier: MsgId[];
}

/** Attached patches are looked for in so many attachments, each up to so many characters. */
const ATTACHMENTS = 4;
const ATTACHMENT_SIZE = 1 << 20;

/** Everything about patches that one mail tells alone. Cheap: called for each mail while it is read. */
export function patchFacts(message: Message, body: Body = readBody(message.text)): PatchFacts {
  const subject = parseSubject(message.subject);
  const diff = diffOf(message, body);
  const trailers = trailersOf(body);
  const kind = kindOf(message, subject, diff !== null, body, trailers);
  const patch = kind === null ? null : patchPart(message, subject, kind, body, diff, trailers);
  return { subject, patch, trailers, claims: claimsOf(message, subject, body, kind, trailers) };
}

/** The body that holds the mail's diff: its text, else an attachment; null where there is none. */
function diffOf(message: Message, body: Body): Body | null {
  if (hasDiff(body)) return body;
  for (const { text, type, name } of message.attachments.slice(0, ATTACHMENTS)) {
    if (text === null || text.length > ATTACHMENT_SIZE || !isPatchFile(type, name)) continue;
    // Logs and kernel configurations are attached far more often, and are long.
    if (!text.includes('\n+++ ') && !text.includes('diff --git ')) continue;
    const attached = readBody(text);
    if (hasDiff(attached)) return attached;
  }
  return null;
}

function hasDiff(body: Body): boolean {
  let named = false;
  for (const { kind } of body.segments) {
    if (kind === 'file') named = true;
    else if (named && (kind === 'hunk' || kind === 'binary')) return true;
  }
  // A rename or a change of mode has no hunk: git's first line is proof enough.
  return (
    named &&
    body.segments.some(({ kind, start }) => kind === 'file' && body.text.startsWith('diff --git ', body.starts[start]))
  );
}

function isPatchFile(type: string, name: string | null): boolean {
  return (
    /x-(?:patch|diff)$/.test(type) ||
    /\.(?:patch|diff|dif|mbox|eml)(?:\.txt)?$/i.test(name ?? '') ||
    type === 'text/plain'
  );
}

function kindOf(
  message: Message,
  subject: Subject,
  hasPatch: boolean,
  body: Body,
  trailers: Trailer[],
): PatchKind | null {
  if (!subject.isReply && (subject.kind === 'tip' || isTreeNotice(subject, body))) return PATCH_KIND.tip;
  if (subject.kind === 'mm' && !subject.isReply) return PATCH_KIND.mm;
  if (isNotice(subject)) return PATCH_KIND.notice;
  // "[PULL 1/2]" with a diff is one of the patches that a pull request is made of.
  if (subject.kind === 'pull' && !(hasPatch && subject.position)) return subject.isReply ? null : PATCH_KIND.pull;
  if (subject.isReply) return hasPatch ? repliedKind(subject, body, trailers) : null;
  if (hasPatch && !subject.isPatchLike && !isSignedByAuthor(message, trailers)) return null;
  if (hasPatch) return subject.stable === null ? PATCH_KIND.patch : PATCH_KIND.stable;
  if (!subject.isPatchLike) return null;
  if (subject.position !== 0) return null;
  // Some mailers drop "Re:"; a cover letter quotes nobody in a thread of its own.
  return message.references.length > 0 && body.segments.some(({ kind }) => kind === 'quote') ? null : PATCH_KIND.cover;
}

/** A diff under a subject that does not say so is a patch if its author signs it; else it is a report that shows one. */
function isSignedByAuthor(message: Message, trailers: Trailer[]): boolean {
  const { name, address } = message.author;
  return trailers.some(
    (trailer) =>
      trailer.key === 'Signed-off-by' &&
      (trailer.address === address.toLowerCase() || (name !== '' && trailer.name === name)),
  );
}

/** `patch "..." added to driver-core-next`, `FAILED: patch "..." failed to apply`: what scripts of stable and driver core say. */
function isNotice(subject: Subject): boolean {
  return /^(?:Applied|(?:FAILED: )?patch) "/i.test(subject.title) && !subject.isReply;
}

/** "Re: [PATCH]" with a diff is a suggestion, unless it is a whole patch mail: signed, and nothing quoted. */
function repliedKind(subject: Subject, body: Body, trailers: Trailer[]): PatchKind {
  const quotes = body.segments.some(({ kind }) => kind === 'quote');
  const signed = trailers.some(({ key }) => key === 'Signed-off-by');
  return subject.isPatchLike && signed && !quotes ? PATCH_KIND.patch : PATCH_KIND.reply;
}

function patchPart(
  message: Message,
  subject: Subject,
  kind: PatchKind,
  body: Body,
  diff: Body | null,
  trailers: Trailer[],
): PatchPart {
  const files = diff ? diffFiles(diff) : [];
  const footer = footerOf(body);
  const signed = trailers.some(({ key }) => key === 'Signed-off-by');
  return {
    kind,
    authorKey: isCopy(kind) ? copiedAuthor(message, body) : authorKey(message.author.name, message.author.address),
    titleKey: textKey(titleKey(subject.title)),
    patchId: diff ? patchId(diff) : null,
    print: diff ? fingerprint(diff) : [],
    files: changedPaths(files),
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
    marks:
      (subject.rfc ? MARK.rfc : 0) |
      (subject.resend ? MARK.resend : 0) |
      (subject.autosel ? MARK.autosel : 0) |
      (signed ? MARK.signed : 0) |
      (kind === PATCH_KIND.stable || (kind === PATCH_KIND.patch && namesUpstream(body)) ? MARK.copy : 0),
    changeId: message.headers.changeId ?? footer['change-id'] ?? null,
    baseCommit: footer['base-commit'] ?? null,
    addressee: kind === PATCH_KIND.patch || kind === PATCH_KIND.cover ? addresseeNamed(message) : null,
    earlier: kind === PATCH_KIND.reply ? [] : earlierVersions(message, body),
  };
}

function addresseeNamed(message: Message): string | null {
  const found = addresseeOf(message);
  return found && (found.name.slice(0, 100) || found.address);
}

/** Mails by which someone other than its author shows a patch. */
function isCopy(kind: PatchKind): boolean {
  return kind === PATCH_KIND.stable || kind === PATCH_KIND.tip || kind === PATCH_KIND.notice || kind === PATCH_KIND.mm;
}

/** Lines at the top of a copy among which its author stands: `From: X <x@y>` (git), `Author: X <x@y>` (tip). */
const AUTHOR_LINES = 45;

function copiedAuthor(message: Message, body: Body): number {
  const lines = Math.min(AUTHOR_LINES, body.starts.length - 1);
  for (let i = 0; i < lines; i++) {
    const found = /^(?:From|Author):\s+(.*<[^>]+@[^>]+>)/.exec(lineAt(body.text, body.starts, i).slice(0, 1000));
    if (!found) continue;
    const { name, address } = readPerson(found[1] as string);
    return authorKey(name, address);
  }
  return authorKey(message.author.name, message.author.address);
}

/** `base-commit:` and `change-id:` as git and b4 write them below a patch. */
function footerOf(body: Body): Record<string, string> {
  const footer: Record<string, string> = {};
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'base') continue;
    for (let i = start; i < end; i++) {
      const line = lineAt(body.text, body.starts, i);
      const colon = line.indexOf(':');
      footer[line.slice(0, colon).toLowerCase()] ??= line.slice(colon + 1).trim();
    }
  }
  return footer;
}

/**
 * Names an author across addresses: the display name, without what relays and lists add to it ("X via B4 Relay"),
 * else the address. Two people of one name share a key; linking therefore never rests on the key alone.
 */
export function authorKey(name: string, address: string): number {
  const plain = name
    .toLowerCase()
    .replace(/(?<!\s)\s+via\s.*$|(?:(?<!\s)\s+)?[([].*$/, '')
    .replace(/["'.]/g, '');
  const words = plain.split(/[\s,]+/).filter(Boolean);
  // "Luck, Tony" is "Tony Luck".
  return textKey(words.length >= 2 ? words.sort().join(' ') : address.toLowerCase());
}
