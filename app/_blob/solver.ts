import { createHash } from 'node:crypto';
import type { Snapshot } from '#db/open';
import { type BlobMail, MIN_BLOB, mailsOfBlob } from '#db/queries/blob';
import { rawOf } from '#db/queries/blocks';
import { diffTexts } from '#mail/difftexts';
import { applyHunks, type BlobDiff, blobDiffs, isNoBlob } from '#patch/blob';
import { MAX_BLOB_BYTES, readBlob } from './repository';

/** Most mails read and repository lookups for one blob. The longest real chains are some years of patches to one file. */
const MAX_MAILS = 400;
const MAX_LOOKUPS = 100;
const MAX_MS = 3_000;
/** Most diffs of one mail that are tried for a blob. */
const MAX_DIFFS = 20;
/** A larger mail is not searched for diffs. */
const MAX_MAIL_BYTES = 4 * 1024 * 1024;

/** A patch that was applied, and the blob that came out. */
export interface Step {
  msgid: string;
  subject: string;
  post: string;
}

/** A file's content, whose name was computed from its bytes. */
export interface Blob {
  oid: string;
  /** Bytes, one a character. */
  content: string;
  path: string;
  /** From the first patch to the last; empty where the repository has the blob. */
  steps: Step[];
}

export interface Solution {
  blob: Blob | null;
  /** Blobs that were needed and are neither here nor in the repository, each with the mail whose diff starts from it. */
  missing: { oid: string; mail: BlobMail | null }[];
  /** The search stopped at a limit. */
  isCut: boolean;
}

/** What narrows an ambiguous abbreviation, as in public-inbox's addresses (ViewVCS.pm): the blob before, the path after. */
export interface Hints {
  pre?: string | null;
  path?: string | null;
}

/**
 * A blob, built from the archive's patches as in public-inbox's SolverGit: we look for a patch that produces it, then for one that
 * produces what that patch starts from, until we reach a new file or a blob of the operator's repository. Each blob is checked by its name.
 */
export async function solveBlob(db: Snapshot, oid: string, hints: Hints = {}): Promise<Solution> {
  const solver = new Solver(db);
  const blob = await solver.solve(oid, null, hints);
  return { blob, missing: blob ? [] : solver.missing, isCut: solver.isCut };
}

class Solver {
  readonly missing: Solution['missing'] = [];
  isCut = false;
  readonly #found: Blob[] = [];
  readonly #tried = new Set<string>();
  readonly #over = Date.now() + MAX_MS;
  #mails = 0;
  #lookups = 0;

  constructor(readonly db: Snapshot) {}

  /** `from` is the mail whose diff starts from the blob. */
  async solve(oid: string, from: BlobMail | null, hints: Hints): Promise<Blob | null> {
    const known = this.#found.find((blob) => blob.oid.startsWith(oid));
    if (known) return known;
    // A second attempt would end as the first did; this also ends cycles.
    if (this.#tried.has(oid) || this.isCut) return null;
    this.#tried.add(oid);
    const blob = (await this.#kept(oid)) ?? (await this.#applied(oid, from, hints));
    if (blob) this.#found.push(blob);
    return blob;
  }

  async #kept(oid: string): Promise<Blob | null> {
    if (this.#lookups++ >= MAX_LOOKUPS) return null;
    const bytes = await readBlob(oid);
    if (!bytes) return null;
    const content = bytes.toString('latin1');
    return { oid: nameOf(content, oid.length), content, path: '', steps: [] };
  }

  async #applied(oid: string, from: BlobMail | null, hints: Hints): Promise<Blob | null> {
    const mails = await mailsOfBlob(this.db, oid);
    if (!mails.length) this.missing.push({ oid, mail: from });
    const failed = new Set<string>();
    for (const mail of mails) {
      if (this.#isSpent()) return null;
      if (mail.bytes > MAX_MAIL_BYTES) continue;
      const [raw] = await rawOf(this.db, [mail]);
      // Each may start from another blob: one mail of 30,000 diffs held a reader for seconds.
      for (const diff of raw ? diffsTo(raw, oid, hints).slice(0, MAX_DIFFS) : []) {
        const key = JSON.stringify(diff);
        if (failed.has(key)) continue;
        failed.add(key);
        const blob = await this.#after(diff, mail, oid);
        if (blob) return blob;
      }
    }
    return null;
  }

  /** Applies a diff to the blob that it starts from; null if that is missing, or the result is not the blob asked for. */
  async #after(diff: BlobDiff, mail: BlobMail, oid: string): Promise<Blob | null> {
    const base = isNoBlob(diff.pre) ? null : await this.solve(diff.pre, mail, { path: diff.path });
    if (!base && !isNoBlob(diff.pre)) return null;
    const content = applyHunks(base?.content ?? '', diff.hunks);
    if (content === null || content.length > MAX_BLOB_BYTES) return null;
    const name = nameOf(content, oid.length);
    if (!name.startsWith(oid) || !name.startsWith(diff.post)) return null;
    const step = { msgid: mail.msgid, subject: mail.subject, post: diff.post };
    return { oid: name, content, path: diff.path, steps: [...(base?.steps ?? []), step] };
  }

  #isSpent(): boolean {
    if (++this.#mails > MAX_MAILS || Date.now() > this.#over) this.isCut = true;
    return this.isCut;
  }
}

/** A mail's diffs that produce a blob; those that match the hints first. */
function diffsTo(raw: Buffer, oid: string, { pre, path }: Hints): BlobDiff[] {
  const agrees = (one: string, other: string) => one.startsWith(other) || other.startsWith(one);
  const found: BlobDiff[] = [];
  for (const text of diffTexts(raw, `..${oid.slice(0, MIN_BLOB)}`))
    for (const diff of blobDiffs(text)) if (agrees(diff.post, oid)) found.push(diff);
  const hinted = (diff: BlobDiff) => Number(!!pre && agrees(diff.pre, pre)) + Number(!!path && diff.path === path);
  return found.sort((a, b) => hinted(b) - hinted(a));
}

/** The name that git gives a file of these bytes; one of more than 40 digits is a SHA-256. */
function nameOf(content: string, digits: number): string {
  const bytes = Buffer.from(content, 'latin1');
  return createHash(digits > 40 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}
