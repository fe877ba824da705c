import { type Body, lineAt } from '#mail/body';
import type { Message } from '#mail/types';
import {
  CLAIM,
  CLAIM_SOURCE,
  type Claim,
  type ClaimKind,
  type ClaimSource,
  PATCH_KIND,
  type PatchKind,
} from '#patch/kinds';
import { parseMmSubject } from '#patch/mm';
import { isKnownRobot, isMachine, isNoticeRobot, isPatchwork, isPrTracker } from '#patch/robots';
import type { Subject } from '#patch/subject';
import { AGAINST, type Trailer } from '#patch/trailer';
import { saidOf } from './said';

/** Lines of a mail that are searched for a script's statement. */
const LINES = 400;

/**
 * What a mail says happened to patches: to the one that it answers, or to those that it names.
 * Only the statements; outcome.ts decides which patches they are about when all mails are known.
 */
export function claimsOf(
  message: Message,
  subject: Subject,
  body: Body,
  kind: PatchKind | null,
  trailers: Trailer[],
): Claim[] {
  if (kind === PATCH_KIND.tip) return [...tipClaims(message, subject, body, trailers), ...revertClaims(subject, body)];
  if (kind === PATCH_KIND.mm) return mmClaims(message, body);
  if (kind === PATCH_KIND.notice) return noticeClaims(message, body);
  if (kind === PATCH_KIND.stable) return upstreamClaims(subject, body);
  if (kind === PATCH_KIND.patch)
    return [...revertClaims(subject, body), ...(subject.isReply ? [] : upstreamClaims(subject, body))];
  // A mail titled "NACK: [PATCH] ..." is a reply too.
  const isReply = subject.isReply || message.references.length > 0;
  if (isReply && (kind === null || kind === PATCH_KIND.reply)) return replyClaims(message, body, trailers);
  return [];
}

function claim(kind: ClaimKind, source: ClaimSource, line: number, about: Partial<Claim> = {}): Claim {
  return { kind, source, msgid: null, title: null, oid: null, tree: null, line, ...about };
}

/**
 * The source of a notice: the robot with this address, else a person, who may keep a tree. From anybody with a robot's name and another
 * address it proves nothing, however often it is sent.
 */
function sourceOf(message: Message, known: ClaimSource): ClaimSource {
  if (isNoticeRobot(robotOf(message))) return known;
  return isMachine(message.author.name, message.author.address) ? CLAIM_SOURCE.report : CLAIM_SOURCE.notice;
}

/** The robot's address; '' if the archive's server looked for its domain's signature and found none. */
function robotOf(message: Message): string {
  const address = message.author.address.toLowerCase();
  return isKnownRobot(address) && message.senderChecked === 'fail' ? '' : address;
}

/**
 * A tree's notice such as tip-bot's: `Commit-ID:`, tree and branch in the subject, `Link:` to the applied mail. From an unknown address
 * it is the statement of its sender.
 */
function tipClaims(message: Message, subject: Subject, body: Body, trailers: Trailer[]): Claim[] {
  const oid = firstMatch(body, /^Commit-ID:\s+([0-9a-f]{12,40})/);
  const source = sourceOf(message, CLAIM_SOURCE.tip);
  const tree = subject.tipBranch === null ? treeOfNotice(subject) : `tip ${subject.tipBranch}`;
  const about = { oid: oid?.text ?? null, tree, title: subject.title };
  const links = trailers.filter((trailer) => trailer.key === 'Link').map((trailer) => msgidOfLink(trailer.value));
  const named = [...new Set(links.filter((id): id is string => id !== null))];
  if (named.length === 0) return [claim(CLAIM.applied, source, oid?.line ?? 0, about)];
  return named.map((msgid) => claim(CLAIM.applied, source, oid?.line ?? 0, { ...about, msgid }));
}

const TREE_TAG = /^([\w.-]{1,40}):\s*(\S{1,60})$/;

/** `thermal thermal/next` for `[thermal: thermal/next] title`; null for other subjects. */
function treeOfNotice(subject: Subject): string | null {
  const tag = subject.tags.map((one) => TREE_TAG.exec(one)).find((one) => one !== null);
  return tag ? `${tag[1]} ${tag[2]}` : null;
}

/** Whether a mail is a tree's notice: `[tree: branch] title` with a `Commit-ID:` in the body. */
export function isTreeNotice(subject: Subject, body: Body): boolean {
  return (
    treeOfNotice(subject) !== null &&
    body.text.includes('Commit-ID:') &&
    firstMatch(body, /^Commit-ID:\s+([0-9a-f]{12,40})/) !== null
  );
}

/** The Message-ID in a link to an archive: `https://lore.kernel.org/r/<msgid>`, `lkml.kernel.org/r/`, `patch.msgid.link/`. */
export function msgidOfLink(value: string): string | null {
  const found =
    /^<?https?:\/\/(?:lore\.kernel\.org|lkml\.kernel\.org|patch\.msgid\.link|marc\.info|www\.spinics\.net)\/(?:[\w.-]+\/)?([^\s/>?#]+(?:@|%40)[^\s/>?#]+)/.exec(
      value,
    );
  if (!found) return null;
  try {
    return decodeURIComponent(found[1] as string);
  } catch {
    return found[1] as string;
  }
}

/** mm-commits: added with a file name, removed with a reason. */
function mmClaims(message: Message, body: Body): Claim[] {
  const event = parseMmSubject(message.subject);
  if (!event) return [];
  const title = firstMatch(body, /^\s+Subject: (.+)$/) ?? lineAfter(body, /^The (?:quilt )?patch titled$/);
  if (!title) return [];
  const kind =
    event.action === 'added' ? CLAIM.mmAdded : /merged|mainline/.test(event.reason) ? CLAIM.mmMerged : CLAIM.mmDropped;
  const source = sourceOf(message, CLAIM_SOURCE.mm);
  return [claim(kind, source, title.line, { title: title.text, tree: event.tree })];
}

/** "I've just added the patch titled ... to my usb git tree", "The patch ... has been applied to the regulator tree". */
function noticeClaims(message: Message, body: Body): Claim[] {
  const title = lineAfter(body, /(?:added the patch titled|^The patch)$/);
  const tree = firstMatch(body, /^(?:to|has been applied to) (?:my |the )?(\S+(?: git)?) tree/);
  if (!title || !tree) return [];
  const stable = /stable/.test(tree.text);
  const known = stable ? CLAIM_SOURCE.stable : CLAIM_SOURCE.tip;
  const source = sourceOf(message, known);
  return [
    claim(stable ? CLAIM.stable : CLAIM.applied, source, tree.line, {
      title: title.text,
      tree: tree.text,
    }),
  ];
}

/** `commit <40 hex> upstream.`, `[ Upstream commit <40 hex> ]`: the origin of a copy for a stable tree. */
const UPSTREAM =
  /^\s*(?:\[ ?)?(?:commit|upstream commit|\(cherry picked from commit)\s+([0-9a-f]{12,40})(?: upstream| ?\]|\))/i;

const upstreamIn = (body: Body) => (isAtTop(body, ORIGIN) ? firstMatch(body, UPSTREAM, TOP) : null);

/** Whether a patch says that it is a copy of a commit. */
export const namesUpstream = (body: Body) => upstreamIn(body) !== null;

function upstreamClaims(subject: Subject, body: Body): Claim[] {
  const found = upstreamIn(body);
  return found
    ? [
        claim(CLAIM.upstream, CLAIM_SOURCE.stable, found.line, {
          oid: found.text,
          title: subject.title,
          tree: subject.stable ?? 'stable',
        }),
      ]
    : [];
}

/** A patch titled `Revert "..."`, or `subsystem: Revert "..."`, proposes to revert a commit. */
function revertClaims(subject: Subject, body: Body): Claim[] {
  const found = /^((?:[^\s":]{1,40}: ?){0,3})Revert "(.+)"?$/.exec(subject.title);
  if (!found) return [];
  const [, prefix = '', rest = ''] = found;
  const quoted = rest.replace(/"$/, '');
  const commit = firstMatch(body, /^This reverts commit ([0-9a-f]{12,40})/);
  return [
    claim(CLAIM.reverted, CLAIM_SOURCE.revert, commit?.line ?? 0, {
      oid: commit?.text ?? null,
      title: quoted.includes(': ') ? quoted : `${prefix}${quoted}`,
    }),
  ];
}

/** Claims in robots' forms, in b4's list of commits, in a trailer against the patch, else in a person's words. */
function replyClaims(message: Message, body: Body, trailers: Trailer[]): Claim[] {
  const { name, address } = message.author;
  if (isPrTracker(robotOf(message))) return prTrackerClaims(body);
  if (isPatchwork(robotOf(message))) return listedClaims(body, CLAIM_SOURCE.patchwork);
  if ((isMachine(name, address) && !isNoticeRobot(address)) || isAutomatic(body)) return [];
  const listed = listedClaims(body, CLAIM_SOURCE.b4);
  if (listed.length > 0) return listed;
  const said = saidOf(body, () => message.to[0]?.name ?? '').map(({ kind, isPlain, tree, line, scope }) =>
    claim(kind, isPlain ? CLAIM_SOURCE.words : CLAIM_SOURCE.report, line, { tree, title: scope }),
  );
  const nack = trailers.find(({ key }) => AGAINST.includes(key));
  if (nack) said.push(claim(CLAIM.rejected, CLAIM_SOURCE.trailer, nack.line));
  return said;
}

/** Lines at the top of a mail in which a robot says that it is one, and a patch that it is a copy. */
const TOP = 40;
/** Quick tests: most mails have neither word there. */
const ROBOT = /bot/i;
const ORIGIN = /upstream|cherry picked/i;
const isAtTop = ({ text, starts }: Body, words: RegExp) =>
  words.test(text.slice(0, starts[Math.min(TOP, starts.length - 1)]));

/** Whether the first lines say that a person's robot wrote this: "This is the friendly patch-bot of ...". */
const isAutomatic = (body: Body) =>
  isAtTop(body, ROBOT) &&
  firstMatch(
    body,
    /^((?:hi|hello)?,? ?(?:this is|i am|i'm) (?:a|an|the) (?:\w+ ){0,2}(?:patch-?bot|bot|robot)\b)/i,
    TOP,
  ) !== null;

function prTrackerClaims(body: Body): Claim[] {
  const tree = firstMatch(body, /^has been merged into (\S+?):?$/);
  const commit = firstMatch(body, /\/c\/([0-9a-f]{12,40})$/);
  return tree && commit
    ? [claim(CLAIM.merged, CLAIM_SOURCE.prTracker, commit.line, { oid: commit.text, tree: tree.text })]
    : [];
}

/** Longer lines are not examined: the time of these patterns grows with the square of the length. */
const LINE = 1000;

const lineOf = ({ text, starts }: Body, i: number) => lineAt(text, starts, i).slice(0, LINE);

/** `[1/3] title` (b4) or `  - [v3,1/2] title` (patchwork), with the commit on the next line. */
const LISTED = /^\s*(?:- )?\[(?:[^\]]*[, ])?0*\d+\/\d+\] (.+)$|^\s{2}- (?:\[[^\]]*\] ?)*(.+)$/;
const COMMIT =
  /^\s+(?:commit: |https?:\/\/\S+\/(?:c|commit)\/(?:\?id=)?|https?:\/\/\S+[?&;](?:h|id)=|\(no matching commit\)|commit )([0-9a-f]{12,40})?/;

/** A mail without any of these, as most replies, lists no commits. */
const NAMES_COMMIT = ['commit: ', '/c/', 'commit/', 'id=', ';h=', 'no matching commit', '  commit '];

function listedClaims(body: Body, source: ClaimSource): Claim[] {
  const claims: Claim[] = [];
  if (!NAMES_COMMIT.some((words) => body.text.includes(words))) return claims;
  let tree: string | null = null;
  const lines = Math.min(body.starts.length - 1, LINES);
  for (let i = 0; i < lines; i++) {
    const line = lineOf(body, i);
    if (/\bapplied to\b/i.test(line) && tree === null) tree = treeOf(line, i + 1 < lines ? lineOf(body, i + 1) : '');
    const found = i + 1 < lines && !line.startsWith('>') ? LISTED.exec(line) : null;
    const commit = found && commitBelow(body, i, lines);
    if (!found || !commit || commit.oid === null) continue;
    claims.push(
      claim(CLAIM.applied, source, i, {
        title: ((found[1] ?? found[2]) as string).trim() + commit.rest,
        oid: commit.oid,
        tree,
      }),
    );
  }
  return claims;
}

/** The commit on the line below a title, or on the next line if the title was wrapped. */
function commitBelow(body: Body, at: number, lines: number): { oid: string | null; rest: string } | null {
  const next = COMMIT.exec(lineOf(body, at + 1));
  if (next) return { oid: next[1] ?? null, rest: '' };
  if (at + 2 >= lines) return null;
  const after = COMMIT.exec(lineOf(body, at + 2));
  return after ? { oid: after[1] ?? null, rest: ` ${lineOf(body, at + 1).trim()}` } : null;
}

/** `This series was applied to netdev/net-next.git (main)`, `Applied to arm64 (for-next/fixes), thanks!`, or the tree below. */
function treeOf(line: string, below: string): string | null {
  const found =
    /\bapplied to\s+(?:(?:the|my|our|this|a)\s+)?(\S+(?: \([^)]+\))?)/i.exec(line) ??
    /^\s+(https?:\/\/\S+(?: \S+)?)/.exec(below);
  return found ? (found[1] as string).replace(/(?<![,:.!])[,:.!]+$/, '') : null;
}

interface Found {
  text: string;
  line: number;
}

function firstMatch(body: Body, pattern: RegExp, lines = LINES): Found | null {
  const end = Math.min(body.starts.length - 1, lines);
  for (let i = 0; i < end; i++) {
    const found = pattern.exec(lineOf(body, i));
    if (found) return { text: (found[1] as string).trim(), line: i };
  }
  return null;
}

/** The first line with words below one that matches. */
function lineAfter(body: Body, pattern: RegExp): Found | null {
  const end = Math.min(body.starts.length - 1, 40);
  for (let i = 0; i < end; i++) {
    if (!pattern.test(lineOf(body, i).trim())) continue;
    for (let j = i + 1; j < end; j++) {
      const text = lineOf(body, j).trim();
      if (text !== '') return { text: text.replace(/^Subject: /, ''), line: j };
    }
  }
  return null;
}
