import { type Body, linesBetween } from '#mail/body';
import { CLAIM, type ClaimKind } from '#patch/kinds';
import { type Act, type ActKind, act as actWith } from './act';
import { actOf } from './acts';

/** What a person says in a reply became of the patch that the mail answers to. */
export interface Said {
  kind: ClaimKind;
  /** False: it counts only from somebody known to keep a tree. */
  isPlain: boolean;
  tree: string | null;
  /** Which patches of the series: 'all', '1-5', '1 2'; null: the one answered to. */
  scope: string | null;
  line: number;
}

/** So much of a reply's own words is read: what is decided stands at the start or end of short passages. */
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

/** Of these one a mail is enough: the first. */
const ONCE: ReadonlySet<ClaimKind> = new Set([CLAIM.changesRequested, CLAIM.gaveIn, CLAIM.content]);

/**
 * Acts in one's own words: "Applied, thanks.", "First 5 queued.", "Please split this." What is asked by name of another than whom the
 * mail quotes, or where it quotes nobody, of another than `to`, is asked of nobody here: "Bea, can you take this?"
 */
export function saidOf(body: Body, to = ''): Said[] {
  const known = (attributionOf(body) || to).toLowerCase();
  const said: Said[] = [];
  const seen = new Set<string>();
  for (const { sentence, line, asked, isFirst } of sentencesIn(body)) {
    const act = doneIn(sentence, asked) ?? declinedIn(sentence, isFirst) ?? actOf(sentence);
    if (!act || (act.kind === 'asked' && (isOfAnother(sentence, known) || isHelp(asked())))) continue;
    const scope = act.scope === null && (TAKE_ALL.test(asked()) || WHOLE.test(asked())) ? 'all' : act.scope;
    const kind = KIND[act.kind];
    const key = `${kind} ${act.isPlain}`;
    if (ONCE.has(kind) && seen.has(key)) continue;
    seen.add(key);
    said.push({ kind, isPlain: act.isPlain, tree: act.tree, scope, line });
  }
  return said;
}

/** What is quoted just above asks for the series to be taken: "Sure, applied." says so of all of it. */
const TAKE_ALL = /\b(?:take|apply|pick|queue|merge|pull)\b.{0,60}\b(?:series|set|patchset|patches|all of)\b/i;
/** What is quoted just above stands for all of the series: "Both parts: Acked-by: ...". */
const WHOLE = /\b(?:(?:both|all) (?:the )?(?:parts|patches)|(?:for|to) the (?:whole |entire |full )?(?:series|set))\b/i;
const ASKED_LINES = 3;

/** "Done." below "please fix it up when applying": it was taken, if it is a keeper who says so. */
const WHILE_TAKING =
  /\b(?:(?:when|while) (?:applying|merging|queu(?:e)?ing|committing|picking)|(?:please|pls|can you|could you|kindly) (?:\w+ ){0,2}(?:apply|queue|merge|take|pick))\b/i;
const DONE = /^(?:(?:ok(?:ay)?|yes|sure|thx|thanks|right|yep)[\s,.!-]+){0,2}(?:all |now )?done\s*(?:$|[.!,])/i;
const doneIn = (sentence: string, asked: () => string): Act | null =>
  DONE.test(sentence) && WHILE_TAKING.test(asked()) ? actWith('applied', '', false) : null;

/** "No, thanks." before all else declines what was offered: the patch. */
const DECLINED = /^(?:sorry,? (?:but )?)?no,? (?:thanks|thank you)\b(?! (?:to|for)\b)/i;
const declinedIn = (sentence: string, isFirst: boolean): Act | null =>
  isFirst && DECLINED.test(sentence) ? actWith('refused', '') : null;

/** Somebody is called by name: "Bea, could you ...". */
const CALLED = /^(?:hi |hello |dear |@)?([A-Z][a-z]{2,20})[,:] (?=(?:please|could|can|would|will|do|any|what|how)\b)/;
/** Words that open a sentence as a name would. */
const NO_NAME =
  /^(?:also|and|but|then|again|here|instead|otherwise|similarly|please|thanks|minor|nit|next|first|second|finally|still|anyway|however|therefore|hence|well|yes|yeah|nope|okay|sorry|alternatively|perhaps|maybe|btw|fyi|additionally|furthermore|moreover|that|this|if|so|same|ditto|right|sure|lastly|likewise|besides|meanwhile)$/i;
function isOfAnother(sentence: string, known: string): boolean {
  const name = CALLED.exec(sentence)?.[1];
  return name !== undefined && !NO_NAME.test(name) && !known.includes(name.toLowerCase());
}

/** Help with what somebody asks, just above: "How do I do that now?" An offer ("Should I split it?") is answered with a request. */
const isHelp = (asked: string) =>
  /\?[>\s]*(?:(?:thanks|thank you|thx|cheers)[^?]{0,40})?$/i.test(asked) &&
  !/\b(?:should|shall|want|prefer|rather|better|would|can|may|could|okay?|fine|you think|or)\b[^?]*\?[^?]*$/i.test(
    asked,
  ) &&
  /\b(?:how|where|is there|are there|what)\b[^?]*\?[^?]*$/i.test(asked);

/** Whom a mail quotes: "Ada wrote:". */
function attributionOf({ segments, text, starts }: Body): string {
  const line = segments.find(({ kind }) => kind === 'attribution');
  return line ? linesBetween(text, starts, line.start, line.end) : '';
}

/** Sentences of one's own words, with what is quoted above them (read only when asked for) and the line on which each begins. */
function* sentencesIn(
  body: Body,
): Generator<{ sentence: string; line: number; asked: () => string; isFirst: boolean }> {
  let passages = 0;
  let asked = () => '';
  let isFirst = true;
  for (const { kind, start, end } of body.segments) {
    if (kind === 'quote')
      asked = () =>
        linesBetween(body.text, body.starts, Math.max(start, end - ASKED_LINES), end).replace(/\n>[> ]*/g, ' ');
    if (kind !== 'text') continue;
    let line = start;
    for (const passage of linesBetween(body.text, body.starts, start, end).split(/\n[^\S\n]*\n/)) {
      if (++passages > PASSAGES || SHOWN_PATCH.test(passage)) return;
      if (isPasted(passage)) {
        line += newlines(passage, passage.length) + 2;
        continue;
      }
      let at = 0;
      const shown = passage.slice(0, PASSAGE);
      for (const sentence of sentencesOf(shown)) {
        const found = shown.indexOf(sentence.slice(0, 12), at);
        if (found >= 0) at = found;
        yield { sentence, line: line + newlines(shown, at), asked, isFirst };
        isFirst = false;
      }
      line += newlines(passage, passage.length) + 2;
    }
  }
}

/** Every line is set in: a commit's message, code, a log, or what somebody else wrote. Or a tool printed it. */
const isPasted = (passage: string) =>
  /^\s*(?:WARNING|ERROR|CHECK|error|warning|note): /.test(passage) ||
  (/^(?: {4,}|\t)/.test(passage) && !/\n(?! {4,}|\t|\s*$)/.test(passage));

/** From here on a mail shows a patch of its own: scissors, or the headers that git writes above one. */
const SHOWN_PATCH = /^(?:[-=_ ]*(?:8<|>8|cut here)[-=_ ]|From: [^\n]{1,200}\n(?:Author|Date|Subject): )/im;

function newlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

const TITLE = /"[^"]{1,200}"|\[PATCH[^\]]{0,40}\] \S{1,60}: /g;

/** Sentences of a passage, its lines joined; a full stop inside a version or a name ends none, nor does the colon of a title. */
function sentencesOf(passage: string): string[] {
  const joined = passage.replace(/(?:(?<!\s)\s+)?\n\s*/g, ' ');
  const titled = joined.includes(': ') ? joined.replace(TITLE, (title) => title.replaceAll(': ', ':\u2060')) : joined;
  return titled
    .trim()
    .split(/(?<=[.!?;:])\s+(?=[A-Z"'(]|thanks|applied|queued|please|will\b|https?:|\d+[-\d/,]* (?:applied|queued))/)
    .slice(0, 20);
}
