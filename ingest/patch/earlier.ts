import { type Body, lineAt } from '#mail/body';
import type { Message, MsgId } from '#mail/types';

/** Links to a mail in an archive, and Message-IDs. */
const LINK =
  /https?:\/\/(?:lore\.kernel\.org|lkml\.kernel\.org|www\.spinics\.net|patch\.msgid\.link|patchew\.org|patchwork\.kernel\.org\/(?:project\/[^/]+\/)?(?:patch|cover))\/(?:[\w.-]+\/)?([^\s/>)\]?#]+@[^\s/>)\]?#]+|[^\s/>)\]?#]+%40[^\s/>)\]?#]+)/g;
const NAMED = /(?:message-?id|supersedes|in-reply-to|msgid|id):?\s*<?([^\s<>@]+@[^\s<>@]+)>/gi;
/** Words that mark a link as an earlier version of this work. */
const VERSION_WORD =
  /\b(?:v\d+|rfc|previous(?:ly)?|earlier|prior|version|(?:initial|original|first) (?:patch(?:es|set)?|series|set|posting|submission|attempt|review)|supersed\w+|resend|re-?spin|changes? (?:since|in|from)|last (?:posting|series|round))\b|^\s*\[?v?\d+\]?\s*[:=]/i;
/** Words that mark a link as another work. */
const OTHER_WORK =
  /\b(?:depends?|dependen\w+|based on|on top of|prereq\w*|requires?|applies|follow[- ]?up|discussion|report|closes|fixes|see also|qemu|user ?space|link:.*\[\d\])/i;

/** Longer lines are not examined. */
const LINE = 400;

/**
 * Message-IDs that a cover letter or patch names as earlier versions of itself: "Link to v2: https://lore...",
 * "v1: https://...", a link below "Changes since v1:", a Supersedes header or line.
 */
export function earlierVersions(message: Message, body: Body): MsgId[] {
  const found = new Set<MsgId>();
  const header = message.headers.supersedes;
  if (header) for (const id of header.match(/(?<![^\s<>])[^\s<>]+@[^\s<>]+/g) ?? []) found.add(id);
  if (mayLink(body.text))
    for (const { kind, start, end } of body.segments)
      if (kind === 'text' || kind === 'base') linesOf(body, start, end, found);
  found.delete(message.msgid);
  return [...found];
}

/** A quick test, since most patches name no mail. */
function mayLink(text: string): boolean {
  return text.includes('://') || text.includes('essage-') || text.includes('upersedes') || text.includes('sgid');
}

function linesOf(body: Body, start: number, end: number, found: Set<MsgId>): void {
  let above = '';
  for (let i = start; i < end; i++) {
    const line = lineAt(body.text, body.starts, i).slice(0, LINE);
    if (line.includes('@') || line.includes('%40')) {
      const context = `${above} ${line}`;
      if ((VERSION_WORD.test(line) || VERSION_WORD.test(above)) && !OTHER_WORK.test(context)) takeIds(line, found);
    }
    if (line.trim() !== '') above = line;
  }
}

function takeIds(line: string, found: Set<MsgId>): void {
  for (const match of line.matchAll(LINK)) found.add(decoded(match[1] as string));
  for (const match of line.matchAll(NAMED)) found.add(match[1] as string);
}

/** Undoes percent-encoding, and removes a full stop at the end. */
function decoded(id: string): MsgId {
  const plain = id.replace(/(?<![.,;])[.,;]+$/, '');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
