import { type Body, linesBetween } from '#mail/body';
import { CLAIM, type ClaimKind } from '#patch/kinds';
import { type Act, type ActKind, act as actWith } from './act';
import { actOf } from './acts';

/** A person's statement in a reply about what happened to the patch that the mail answers. */
export interface Said {
  kind: ClaimKind;
  /** If false, it counts only from somebody known to keep a tree. */
  isPlain: boolean;
  tree: string | null;
  /** Which patches of the series: 'all', '1-5', '1 2'; null: the one that is answered. */
  scope: string | null;
  line: number;
}

/** Passages of a reply's own words that are read: decisions are at the start or end of short passages. */
const PASSAGES = 40;
const PASSAGE = 600;

const KIND: Record<ActKind, ClaimKind> = {
  applied: CLAIM.applied,
  queued: CLAIM.queued,
  refused: CLAIM.rejected,
  withdrawn: CLAIM.withdrawn,
  dropped: CLAIM.dropped,
  reverted: CLAIM.dropped,
  asked: CLAIM.changesRequested,
  gaveIn: CLAIM.gaveIn,
  tookBack: CLAIM.content,
};

/** Of these acts, only the first one in a mail counts. */
const ONCE: ReadonlySet<ClaimKind> = new Set([CLAIM.changesRequested, CLAIM.gaveIn, CLAIM.content]);

/**
 * Acts in the author's own words: "Applied, thanks.", "First 5 queued.", "Please split this." A request that names somebody other than the
 * person quoted (or, without a quotation, other than `to`) does not count: "Bea, can you take this?"
 */
export function saidOf(body: Body, to = () => ''): Said[] {
  let known: string | null = null;
  const isOther = (sentence: string) => {
    const name = calledIn(sentence);
    if (name === null) return false;
    known ??= (attributionOf(body) || to()).toLowerCase();
    return !known.includes(name);
  };
  const said: Said[] = [];
  const seen = new Set<string>();
  let before = '';
  let isWaived = false;
  for (const { sentence, line, asked, isFirst } of sentencesIn(body)) {
    const last = before;
    before = sentence;
    isWaived ||= WAIVED.test(sentence);
    const act = doneIn(sentence, asked) ?? declinedIn(sentence, isFirst) ?? actOf(sentence);
    if (!act || (act.kind === 'asked' && (isOther(sentence) || isHelp(asked())))) continue;
    if (act.kind === 'withdrawn' && OF_A_MAIL.test(last) && PRONOUN.test(sentence)) continue;
    const scope = act.scope === null && (TAKE_ALL.test(asked()) || WHOLE.test(asked())) ? 'all' : act.scope;
    const kind = KIND[act.kind];
    const key = `${kind} ${act.isPlain}`;
    if (ONCE.has(kind) && seen.has(key)) continue;
    seen.add(key);
    said.push({ kind, isPlain: act.isPlain, tree: act.tree, scope, line });
  }
  return isWaived ? said.filter(({ kind }) => kind !== CLAIM.changesRequested) : said;
}

/** The person who asked will make the change, or wants no new version for it: nothing is left for the author to do. */
const WAIVED =
  /\bno need to re-?(?:send|spin|post|submit)\b(?! (?:the (?:other|rest|whole|entire)|all|everything|\d)\b)|^(?:(?:so|ok(?:ay)?|but|and|anyway)[\s,]+)?(?:i|we)(?:'ll| will)(?: just| also)? (?:fix|change|edit|correct|adjust|tweak|reword|do|drop|add|remove|rename|update|fold|squash)\b[^.?!]{0,60}\b(?:while|when) (?:applying|committing|merging|queuing|queueing)\b/i;

/** "The previous mail was sent by mistake. Please ignore it." is about a mail, not about a patch. */
const OF_A_MAIL =
  /\b(?:previous|last|earlier|other|above|first|second|my|that|html|corrupted|empty)\b[^.?!]{0,20}\b(?:e-?mails?|mails?|messages?|reply|replies|response|comments?|questions?)\b/i;
const PRONOUN = /\b(?:it|this|that|them|these)\s*[.!]*$/i;

/** If the quotation just above asks to take the series, "Sure, applied." is about all of it. */
const TAKE_ALL = /\b(?:take|apply|pick|queue|merge|pull)\b.{0,60}\b(?:series|set|patchset|patches|all of)\b/i;
/** If the quotation just above is about the whole series, so is the answer: "Both parts: Acked-by: ...". */
const WHOLE = /\b(?:(?:both|all) (?:the )?(?:parts|patches)|(?:for|to) the (?:whole |entire |full )?(?:series|set))\b/i;
const ASKED_LINES = 3;

/** "Done." below "please fix it up when applying" means that it was taken, if a keeper says so. */
const WHILE_TAKING =
  /\b(?:(?:when|while) (?:applying|merging|queu(?:e)?ing|committing|picking)|(?:please|pls|can you|could you|you (?:can|could|may)|kindly) (?:\w+ ){0,2}(?:apply|queue|merge|take|pick))\b/i;
const DONE = /^(?:(?:ok(?:ay)?|yes|sure|thx|thanks|right|yep)[\s,.!-]+){0,2}(?:all |now )?done\s*(?:$|[.!,])/i;
const doneIn = (sentence: string, asked: () => string): Act | null =>
  DONE.test(sentence) && WHILE_TAKING.test(asked()) ? actWith('applied', '', false) : null;

/** "No, thanks." at the beginning declines the patch. */
const DECLINED = /^(?:sorry,? (?:but )?)?no,? (?:thanks|thank you)\b(?! (?:to|for)\b)/i;
const declinedIn = (sentence: string, isFirst: boolean): Act | null =>
  isFirst && DECLINED.test(sentence) ? actWith('refused', '') : null;

/** Addresses somebody by name: "Bea, could you ...". */
const CALLED = /^(?:hi |hello |dear |@)?([A-Z][a-z]{2,20})[,:] (?=(?:please|could|can|would|will|do|any|what|how)\b)/;
/** Words at the beginning of a sentence that look like a name. */
const NO_NAME =
  /^(?:also|and|but|then|again|here|instead|otherwise|similarly|please|thanks|minor|nit|next|first|second|finally|still|anyway|however|therefore|hence|well|yes|yeah|nope|okay|sorry|alternatively|perhaps|maybe|btw|fyi|additionally|furthermore|moreover|that|this|if|so|same|ditto|right|sure|lastly|likewise|besides|meanwhile)$/i;
function calledIn(sentence: string): string | null {
  const name = CALLED.exec(sentence)?.[1];
  return name === undefined || NO_NAME.test(name) ? null : name.toLowerCase();
}

/** Whether the quotation just above asks for help: "How do I do that now?" (An offer such as "Should I split it?" is answered with a request.) */
const isHelp = (asked: string) =>
  /\?[>\s]*(?:(?:thanks|thank you|thx|cheers)[^?]{0,40})?$/i.test(asked) &&
  !/\b(?:should|shall|want|prefer|rather|better|would|can|may|could|okay?|fine|you think|or)\b[^?]*\?[^?]*$/i.test(
    asked,
  ) &&
  /\b(?:how|where|is there|are there|what)\b[^?]*\?[^?]*$/i.test(asked);

/** The line that names whom a mail quotes: "Ada wrote:". */
function attributionOf({ segments, text, starts }: Body): string {
  const line = segments.find(({ kind }) => kind === 'attribution');
  return line ? linesBetween(text, starts, line.start, line.end) : '';
}

/** Sentences of the author's own words, with the quotation above them (read on demand) and the line on which each begins. */
function* sentencesIn(
  body: Body,
): Generator<{ sentence: string; line: number; asked: () => string; isFirst: boolean }> {
  let passages = 0;
  let asked = () => '';
  let isFirst = true;
  for (const [at, { kind, start, end }] of body.segments.entries()) {
    if (kind === 'quote')
      asked = () =>
        linesBetween(body.text, body.starts, Math.max(start, end - ASKED_LINES), end).replace(/\n>[> ]*/g, ' ');
    if (kind !== 'text') continue;
    let line = start;
    const all = linesBetween(body.text, body.starts, start, end).split(/\n[^\S\n]*\n/);
    for (const [nth, passage] of all.entries()) {
      const isQuoted = () => body.segments[at + 1]?.kind === 'quote' && !/\w/.test(all.slice(nth + 1).join(''));
      if (++passages > PASSAGES || (SHOWN_PATCH.test(passage) && !(HEADERS.test(passage) && isQuoted()))) return;
      if (isPasted(passage) || (PLACE_BELOW.test(passage) && !PLACE.test(all[nth + 1] ?? ''))) {
        line += newlines(passage, passage.length) + 2;
        continue;
      }
      let from = 0;
      const shown = passage.slice(0, PASSAGE);
      for (const sentence of sentencesOf(shown)) {
        const found = shown.indexOf(sentence.slice(0, 12), from);
        if (found >= 0) from = found;
        yield { sentence, line: line + newlines(shown, from), asked, isFirst };
        isFirst = false;
      }
      line += newlines(passage, passage.length) + 2;
    }
  }
}

/** "Applied to:" names the place in the next passage, which may not be a tree. */
const PLACE_BELOW = /^\s*(?:applied|pushed|queued|merged) (?:to|in|into|on|onto)\s*:?\s*$/i;
const PLACE = /(?:https?|git):\/\/|\b(?:tree|branch|next|fixes|devel|misc|master|main)\b|\w\/\w/i;

/** Whether a passage is pasted: a tool's output, or every line is indented (a commit's message, code, a log, another person's text). */
const isPasted = (passage: string) =>
  /^\s*(?:WARNING|ERROR|CHECK|error|warning|note): /.test(passage) ||
  (/^(?: {4,}|\t)/.test(passage) && !/\n(?! {4,}|\t|\s*$)/.test(passage));

/** The beginning of a patch within a reply: scissors, or the headers that git writes above a patch. */
const SHOWN_PATCH = /^(?:[-=_ ]*(?:8<|>8|cut here)[-=_ ]|From: [^\n]{1,200}\n(?:Author|Date|Subject): )/im;
/** Above a quotation these two headers say who is quoted. */
const HEADERS = /^\s*From: [^\n]+\nDate: [^\n]+\s*$/;

function newlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** A smiley ends a sentence. */
const SMILEY = /([\w.!?])\s+[:;]-?[)P](?=\s|$)/g;
const TITLE = /"[^"]{1,200}"|\[PATCH[^\]]{0,40}\] \S{1,60}: /g;

/** Sentences of a passage, with lines joined. A full stop in a version or name does not end a sentence, and neither does a title's colon. */
function sentencesOf(passage: string): string[] {
  const joined = passage
    .replace(/(?:(?<!\s)\s+)?\n\s*/g, ' ')
    .replace(SMILEY, (_, end) => (/\w/.test(end) ? `${end}.` : end));
  const titled = joined.includes(': ') ? joined.replace(TITLE, (title) => title.replaceAll(': ', ':\u2060')) : joined;
  return titled
    .trim()
    .split(/(?<=[.!?;:])\s+(?=[A-Z"'(]|thanks|applied|queued|please|will\b|https?:|\d+[-\d/,]* (?:applied|queued))/)
    .slice(0, 20);
}
