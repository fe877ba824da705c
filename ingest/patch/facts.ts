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

/** What a mail says about patches, independent of other mails. */
export interface PatchFacts {
  subject: Subject;
  /** Null if the mail neither contains a patch nor is a cover letter or the like. */
  patch: PatchPart | null;
  /** Trailers in the mail's own words, in a patch or in a reply. */
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
  /** The person to whom it is sent: a name, else an address. Null if there is none, or if the mail posts no patch. */
  addressee: string | null;
  /** Ids that the mail names as its earlier versions. */
  earlier: MsgId[];
}

/** Limits of the search for attached patches: number of attachments, and characters of each. */
const ATTACHMENTS = 4;
const ATTACHMENT_SIZE = 1 << 20;

/** Extracts everything about patches from a single mail. Cheap: called for each mail while it is read. */
export function patchFacts(message: Message, body: Body = readBody(message.text)): PatchFacts {
  const subject = parseSubject(message.subject);
  const diff = diffOf(message, body);
  const trailers = trailersOf(body);
  const kind = kindOf(message, subject, diff !== null, body, trailers);
  const patch = kind === null ? null : patchPart(message, subject, kind, body, diff, trailers);
  return { subject, patch, trailers, claims: claimsOf(message, subject, body, kind, trailers) };
}

/** The body with the mail's diff: its text, else an attachment; null if there is none. */
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
  // A rename or a change of mode has no hunk; git's first line is enough.
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
  // "[PULL 1/2]" with a diff is one of the patches in a pull request.
  if (subject.kind === 'pull' && !(hasPatch && subject.position)) return subject.isReply ? null : PATCH_KIND.pull;
  if (subject.isReply) return hasPatch ? repliedKind(subject, body, trailers) : null;
  if (hasPatch && !subject.isPatchLike && !isSignedByAuthor(message, trailers)) return null;
  if (hasPatch) return subject.stable === null ? PATCH_KIND.patch : PATCH_KIND.stable;
  if (!subject.isPatchLike) return null;
  if (subject.position !== 0) return null;
  // Some mailers drop "Re:", but a cover letter does not answer and quote a mail.
  return message.references.length > 0 && body.segments.some(({ kind }) => kind === 'quote') ? null : PATCH_KIND.cover;
}

/** If the subject does not announce a patch, a diff is one only if its author signed it; else the mail is a report that shows a diff. */
function isSignedByAuthor(message: Message, trailers: Trailer[]): boolean {
  const { name, address } = message.author;
  return trailers.some(
    (trailer) =>
      trailer.key === 'Signed-off-by' &&
      (trailer.address === address.toLowerCase() || (name !== '' && trailer.name === name)),
  );
}

/** `patch "..." added to driver-core-next`, `FAILED: patch "..." failed to apply`: notices of the stable and driver core scripts. */
function isNotice(subject: Subject): boolean {
  return /^(?:Applied|(?:FAILED: )?patch) "/i.test(subject.title) && !subject.isReply;
}

/** "Re: [PATCH]" with a diff is a suggestion, unless it is a complete patch mail: signed, and without quotations. */
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

/** Whether such mails show a patch that somebody else wrote. */
function isCopy(kind: PatchKind): boolean {
  return kind === PATCH_KIND.stable || kind === PATCH_KIND.tip || kind === PATCH_KIND.notice || kind === PATCH_KIND.mm;
}

/** Lines at the top of a copy that are searched for its author: `From: X <x@y>` (git), `Author: X <x@y>` (tip). */
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

/** `base-commit:` and `change-id:`, which git and b4 write below a patch. */
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
 * Identifies an author across addresses: the display name without the additions of relays and lists ("X via B4 Relay"),
 * else the address. Two people with the same name share a key, so linking never relies on the key alone.
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
