/**
 * Subjects as written by git format-patch, b4 and people over thirty years.
 * All functions take the decoded, unfolded subject and never fail.
 */

export type SubjectKind = 'patch' | 'cover' | 'pull' | 'tip' | 'mm' | 'plain';

/** A parsed subject. */
export interface Subject {
  /** Begins with Re:, Aw:, 答复: or similar (forwards count too). */
  isReply: boolean;
  kind: SubjectKind;
  /** The words in the brackets, in order, without counters and versions: `PATCH`, `RFC`, `net-next`. */
  prefixes: string[];
  /** Leading brackets that do not belong to the patch: a list's tag, `EXTERNAL`. */
  tags: string[];
  /** 1 if none is given. */
  revision: number;
  /** The rest of the version: `.1` in v5.1, `a` in v15a; mostly ''. */
  revisionPart: string;
  /** n in n/m; 0 for a cover letter; null if there is none. */
  position: number | null;
  total: number | null;
  /** The subject after its brackets, without a version at its end. */
  title: string;
  rfc: boolean;
  resend: boolean;
  /** Whether brackets or words call it a patch (`[PATCH]`, `[RFC 1/2]`, `[v3,2/4]`, `PATCH:`). */
  isPatchLike: boolean;
  /** `5.4` for `[PATCH 5.4 1/9]`, `[PATCH 4.19.y]`, `[PATCH stable-4.9]`; 'stable' if no number is given. */
  stable: string | null;
  autosel: boolean;
  /** The branch in `[tip: ras/core]`. */
  tipBranch: string | null;
}

const MARK =
  /^(?:(?:re|aw|antw|sv|vs|vl|fwd?|wg|tr|rv|odp|ynt|r|回复|答复|转发|回覆|轉寄)(?:\[\d+\]|\^\d+)?\s?[:：]|\(fwd\))\s*/i;
/** A colon after the bracket belongs to it: `[PATCH v2 3/3]: title`. */
const BRACKET = /^\[([^\]]*)\]?(?::\s)?\s*/;
/** A longer text in brackets belongs to the title. */
const BRACKET_LENGTH = 80;
/** The number of brackets and reply marks that are read. */
const MARKS = 12;

/** Parses a subject. */
export function parseSubject(subject: string): Subject {
  const state = new State();
  let rest = subject.trim();
  for (let n = 0; n < MARKS; n++) {
    // After "[PATCH]" a short word with a colon is a subsystem: rv is runtime verification, fw firmware, tr token ring.
    const mark = state.isPatchLike ? null : MARK.exec(rest);
    if (mark) {
      state.isReply = true;
      rest = rest.slice(mark[0].length);
      continue;
    }
    const bracket = rest.charCodeAt(0) === 91 ? BRACKET.exec(rest) : null;
    if (!bracket || bracket[0].length > BRACKET_LENGTH) break;
    const after = rest.slice(bracket[0].length);
    // If "[foo]" is the whole subject, it is the title. "[PATCH 1/2]" is a patch whose commit has no message.
    if (after === '' && !state.isPatchLike && !/\d\/\d/.test(bracket[1] as string)) break;
    state.take(bracket[1] as string);
    rest = after;
  }
  return state.finish(rest);
}

/** `2/10`, `v3,2/10`, `v2-2/3`; quilt's `0.5/2` comes between the cover letter and the first patch. A colon may follow. */
const COUNTER = /^(?:v?(\d+(?:\.\d+|[a-z])?)[,:]|v(\d+)-)?0*(\d{1,4}(?:\.\d{1,2})?)\/0*(\d{1,4}|n|N|x|\?):?$/;
/** `PATCH1/2`, `PATCHv2`, `RFCv3`: a word that lost the space after it. */
const GLUED = /^(patch|rfc|pull)(?=\d+\/\d)/i;
const VERSION = /^[-(]*(?:patch|rfc)?-?i?[vV](?:er(?:sion)?\.?)?-?0*(\d{1,3})((?:\.\d{1,3})*|[a-zA-Z])\)*:?$/i;
const STABLE =
  /^(?:linux-|stable-|for-|v)?(\d\.\d{1,3}|[2-9]\.\d{1,3}|\d\.\d\.\d{1,2})(?:\.[yz]|-stable|-longterm)?(?:[-/,].*)?$/i;

/** The last two characters of a title with a version at its end. */
const ENDS_IN_NUMBER = /\d$|\d[)\]]$/;

class State {
  isReply = false;
  isPatchLike = false;
  private kind: SubjectKind = 'plain';
  private readonly prefixes: string[] = [];
  private readonly tags: string[] = [];
  private revision = 0;
  private part = '';
  private position: number | null = null;
  private total: number | null = null;
  private rfc = false;
  private resend = false;
  private stable: string | null = null;
  private autosel = false;
  private tipBranch: string | null = null;

  take(inside: string): void {
    const tip = /^tip:\s*(\S+)$/i.exec(inside.trim());
    if (tip) {
      this.kind = 'tip';
      this.tipBranch = tip[1] as string;
      this.prefixes.push('tip', this.tipBranch);
      return;
    }
    const words = inside.split(/[\s,;]+/).filter(Boolean);
    if (!this.isPatchLike && !isPatchBracket(inside, words)) return void this.tags.push(inside.trim());
    if (/\bGIT[ _-]PULL\b|^PULL\b/i.test(inside)) this.kind = 'pull';
    for (const word of words.flatMap(unglued)) this.word(word);
    if (!this.isPatchLike) this.isPatchLike = words.some((word) => !/^rfc$/i.test(word)) || this.position !== null;
  }

  private word(word: string): void {
    const counter = COUNTER.exec(word);
    if (counter) {
      this.position = Number(counter[3]);
      this.total = /^\d/.test(counter[4] as string) ? Number(counter[4]) : null;
      const version = counter[1] ?? counter[2];
      if (version) this.version(/^(\d+)(.*)$/.exec(version) as RegExpExecArray);
      return;
    }
    const upper = word.toUpperCase();
    const version = VERSION.exec(word);
    // v6.1 among the words of a stable patch is a kernel; v5.1 with a counter is a replaced patch.
    if (version && !(this.hasStableWord() && version[2]?.startsWith('.'))) {
      this.version(version);
      if (upper.startsWith('PATCH')) this.prefixes.push(word.slice(0, 5));
      else if (upper.startsWith('RFC')) this.rfc = true;
      return;
    }
    if (upper === 'RFC' || upper === 'RFT' || upper === 'RFC-PATCH' || upper === 'PATCH-RFC')
      this.rfc ||= upper !== 'RFT';
    if (/^-?re-?sen[dt]-?:?$/i.test(word) || upper === 'REPOST') this.resend = true;
    if (upper === 'AUTOSEL') this.autosel = true;
    const stable = STABLE.exec(word);
    if (stable) this.stable = stable[1] as string;
    else if (upper === 'STABLE' || upper === 'AUTOSEL') this.stable ??= 'stable';
    this.prefixes.push(word.replace(/:$/, ''));
  }

  private version(found: RegExpExecArray): void {
    this.revision = Number(found[1]);
    this.part = (found[2] ?? '').toLowerCase();
  }

  private hasStableWord(): boolean {
    return this.stable !== null || this.prefixes.some((word) => /^(?:stable|for)$/i.test(word));
  }

  finish(rest: string): Subject {
    let title = rest.trim();
    if (!this.isPatchLike && this.kind === 'plain') title = this.bareWords(title);
    if (this.kind === 'plain' && isMmSubject(title, this.tags)) this.kind = 'mm';
    if (this.isPatchLike && this.kind === 'plain') this.kind = this.position === 0 ? 'cover' : 'patch';
    if (this.kind !== 'mm') title = this.trailingVersion(title);
    return {
      isReply: this.isReply,
      kind: this.kind,
      prefixes: this.prefixes,
      tags: this.tags,
      revision: Math.max(this.revision, 1),
      revisionPart: this.part,
      position: this.position,
      total: this.total,
      title,
      rfc: this.rfc,
      resend: this.resend,
      isPatchLike: this.isPatchLike,
      stable: this.kind === 'pull' ? null : this.stable,
      autosel: this.autosel,
      tipBranch: this.tipBranch,
    };
  }

  /** `PATCH: title`, `PATCH 2/3: title`, `Patch v2 - title`. */
  private bareWords(title: string): string {
    const found =
      /^(?:PATCH|RFC PATCH|\(PATCH\)|Patch)((?:[ ,]+(?:v?\d+(?:\/\d+)?|RFC|RESEND))*)\s*(?:[:：]| -+ )\s*(?=\S)/.exec(
        title,
      );
    if (!found) return title;
    this.isPatchLike = true;
    this.prefixes.push('PATCH');
    for (const word of (found[1] as string).split(/[ ,]+/).filter(Boolean)) this.word(word);
    return title.slice(found[0].length);
  }

  /** `... -v5`, `... (v2)`, `... [v3]`, `..., v2`: the style before git had -v. */
  private trailingVersion(title: string): string {
    if (!ENDS_IN_NUMBER.test(title.slice(-2))) return title;
    const found =
      /(?:(?<!\s)\s+-+|(?:(?<!\s)\s+)?[([]|,\s*)(?:take |try ?#?|version |ver\.? ?|rev\.? ?|[vV])(\d{1,3})((?:\.\d+)?)[)\]]?\s*$/.exec(
        title,
      );
    if (!found || (!this.isPatchLike && !/-$/.test((found[0].match(/^\s*-+/) ?? [''])[0]))) return title;
    // "[PATCH v3 0/2] title (v3)" repeats the version; another number means something else.
    if (this.revision !== 0 && this.revision !== Number(found[1])) return title;
    if (this.revision === 0) this.version(found);
    return title.slice(0, found.index).trim();
  }
}

/** Splits `PATCH1/2` into two words. */
function unglued(word: string): string[] {
  const head = GLUED.exec(word)?.[1];
  return head ? [head, word.slice(head.length)] : [word];
}

/** Whether brackets belong to a patch, not to a list or a mail filter. */
function isPatchBracket(inside: string, words: string[]): boolean {
  if (/patch(?!work)|\bpull\b/i.test(inside)) return true;
  return words.some(
    (word) => /^(?:rfc(?:v\d+)?|resend|autosel|rft)$/i.test(word) || COUNTER.test(word) || /^v\d{1,2}$/i.test(word),
  );
}

/** Subjects of mm-commits (`+ x.patch added to ...`, `[merged] x.patch removed from -mm tree`) and of releases (`2.6.9-mm1`). */
function isMmSubject(title: string, tags: string[]): boolean {
  if (/^\d\.\d+\.\d+(?:\.\d+)?(?:-rc\d+)?(?:-git\d+)?-mm\d+$/.test(title)) return true;
  if (/^[+-] \S+\.patch (?:added to|removed from) /.test(title)) return true;
  return tags.length > 0 && /^\S+\.patch removed from /.test(title);
}

/**
 * A title for comparing: its letters and digits only. Maintainers edit case and punctuation when they apply
 * ("EDAC, mpc85xx: prevent" becomes "EDAC/mpc85xx: Prevent").
 */
export function titleKey(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
