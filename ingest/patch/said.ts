import { type Body, linesBetween } from '#mail/body';
import { CLAIM, type ClaimKind } from '#patch/kinds';

/** What a person says in a reply became of the patch that the mail answers to. */
export interface Said {
  kind: ClaimKind;
  tree: string | null;
  /** Which patches of the series: 'all', '1-5', '1 2'; null: the one answered to. */
  scope: string | null;
  line: number;
}

/** So much of a reply's own words is read: verdicts stand at the start or end of short passages. */
const PASSAGES = 40;
const PASSAGE = 600;

/** Replies without any of these letters say nothing of the kind: one pass spares most mails the rest. */
const HINT =
  /appl[iy]|queue|merge|pick|push|took|taken|pull|committed|drop|na[ck]|resen[dt]|resp[iu]n|v\d|version|superse|revert/i;

/** Verdicts in one's own words: "Applied, thanks.", "First 5 queued.", "Please resend". Questions and plans are none. */
export function saidOf(body: Body): Said[] {
  const said: Said[] = [];
  let passages = 0;
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'text') continue;
    const text = linesBetween(body.text, body.starts, start, end);
    if (!HINT.test(text)) continue;
    let line = start;
    for (const passage of text.split(/\n\s*\n/)) {
      if (++passages > PASSAGES) return said;
      for (const sentence of sentencesOf(passage.slice(0, PASSAGE))) {
        const verdict = verdictOf(sentence);
        if (verdict) said.push({ ...verdict, line });
      }
      line += passage.split('\n').length + 1;
    }
  }
  return said;
}

/** Sentences of a passage, its lines joined; a full stop inside a version or a name ends none. */
function sentencesOf(passage: string): string[] {
  const joined = passage.replace(/(?:(?<!\s)\s+)?\n\s*/g, ' ').trim();
  return joined.split(/(?<=[.!?;:])\s+(?=[A-Z"'(]|thanks|applied|queued|https?:)/).slice(0, 20);
}

// A sentence is read from its start, one piece at a time and never going back, so that no text can make it slow.

/** Words that may stand before the verdict. A closed list: anything else makes it a sentence about something else. */
const LEAD = new RegExp(
  '(?:' +
    [
      'ok(?:ay)?|great|good|nice|cool|right|fine|perfect|awesome|excellent|done|ditto|anyway|heh|hi|hello|hey|dear|yes|yep|yeah|sure|alright|all right|finally|so|and|now|already|also|btw|fyi|just',
      'thanks(?: a lot| again| both| all| everyone)?|thank you(?: all| both| very much| so much)?|thx|tnx|lgtm',
      'looks? (?:good|fine|ok(?:ay)?|great|sane|reasonable)(?: to me)?(?: now| too)?',
      '(?:(?:the|this|your|these|those|my|v\\d+) )?(?:(?:whole|entire|full|first|two|three|remaining|other|above) )?(?:patch(?:es|set|series)?|series|set|pull(?: request)?|commits?|fix(?:es)?|change|cleanup|one|lot|stuff|rest)\\b(?: \\#?\\d+(?:[-,&/ ]{1,3}\\#?\\d+| (?:to|and|through) \\#?\\d+)*)?',
      'this|these|both|all(?: of (?:them|these|this|it))?|whole|everything|it|they|first \\w+|v\\d+|\\#?\\d+(?:[-,& ]{1,3}\\d+)*',
      "i['’](?:ve|d)|we['’]ve|i|we|have|has|had|was|were|is|are|been|being",
      'modified|massaged|tweaked|fixed up|rebased|edited|squashed|reworded|acked|reviewed',
    ].join('|') +
    ')(?=[\\s,.!:;()-]|$)[\\s,.!:;()-]*',
  'iy',
);
const VERB =
  /(applied|queued(?: up)?|merged|picked(?: (?:it|this|them|these|that|both|all))?(?: up)?|pushed|taken|took (?:it|this|them|these|both)|committed|pulled)(?![\w-])/iy;
const OBJECT = new RegExp(
  '\\s+(?:(?:all of (?:them|these)|as well|(?:this|the|whole|entire|first|your) (?:whole )?(?:patch(?:es)?|series|set|one|pull request|change|fix|thing)|first \\w+(?: patches)?|it|this|these|them|that|both|all|up|now|here|out|everything|directly|manually|today|version|patch(?:es)?|series|changes?|set|fix|too)(?![\\w-])' +
    '|v\\d+|\\#?\\d+(?:/\\d+|[-,& ]{1,3}\\#?\\d+| (?:and|to) \\#?\\d+)*(?![\\w.]))',
  'iy',
);
const WITH =
  /\s+with\s+(?:\w+\s+){0,4}?(?:fix(?:es|up|ups)?|change[sd]?|edits?|tweaks?|adjust\w*|massag\w*|modif\w*|hunk|updates?|cleanups?|typos?|tags?|subject|changelog|message|ack\w*|added|removed|dropped)\b(?: (?:added|removed|dropped|fixed))?/iy;
/** Where it went: words of which the last names a tree, a path, a branch or an address. */
const TREE =
  /\s+(?:to|in|into|for|on|onto|through|via)\s+((?:\w[\w./:+'-]*\s+){0,4}?(?:[\w./:+'-]{0,60}(?:tree|branch|queue|repo(?:sitory)?|next|fixes|mainline|master|devel|testing|staging|git|linus|current|stable|urgent|misc)\b[\w./:+-]*|[\w.+-]{1,60}\/[\w./+-]+|https?:\/\/\S+|git:\/\/\S+|inclusion|tip\S*))/iy;
const WHEN =
  /\s+(?:for|as|in)\s+(?:the\s+)?(?:next\s+(?:release|merge|version|cycle)|(?:upcoming\s+)?merge window|(?:\w+[- ])?v?\d+\.\d+[\w.-]*|-next|next\b|inclusion|rc\d|fixes|a fix)/iy;
const END =
  /\s*(?:$|[,.!;:(–—]|-\s|and\s+(?:pushed|queued|applied|will|i|should)\b|(?:thanks|thank you|thx|tnx|many thanks|cheers)\b)/iy;
/** So many pieces of a sentence are read. */
const PIECES = 24;

interface Verdict {
  verb: string;
  tree: string | null;
}

/** "Ok, both patches applied to the tip tree" and its like; null for any other sentence. */
function appliedIn(sentence: string): Verdict | null {
  let at = 0;
  let verb: RegExpExecArray | null = null;
  for (let n = 0; n < PIECES && verb === null; n++) {
    verb = matchAt(VERB, sentence, at);
    const lead = verb ?? matchAt(LEAD, sentence, at);
    if (!lead) return null;
    at += lead[0].length;
  }
  if (!verb) return null;
  for (let n = 0; n < PIECES; n++) {
    const object = matchAt(OBJECT, sentence, at);
    if (!object) break;
    at += object[0].length;
  }
  at += matchAt(WITH, sentence, at)?.[0].length ?? 0;
  const tree = matchAt(TREE, sentence, at);
  if (!tree && !matchAt(WHEN, sentence, at) && !matchAt(END, sentence, at)) return null;
  return { verb: verb[1] as string, tree: tree ? (tree[1] as string) : null };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const REJECTED =
  /^(?:no[,.] |so )?(?:big |strong )?(?:nack|nak)(?:ed)?\b|^(?:sorry[, ]+)?(?:but )?(?:i am|i'm|i'll|i will|we're|i have|i've) (?:going to )?(?:nack|not (?:going to )?(?:apply|take|merge|pick)|nak|reject)/i;
const DROPPED =
  /^(?:(?:ok(?:ay)?|so|right|thanks|sorry|and|now)[,.!]? ){0,3}(?:(?:i['’](?:ve|ll|m)|i have|i will|i am|this|this patch|the patch|both|all|it) )?(?:(?:was|is|has been|have been|will be|just|now) ){0,2}(?:drop(?:ped|ping)?|reverted|removed)(?: (?:it|this|them|these|the (?:patch|series|commit)s?|this (?:patch|series|one)))?(?: (?:from|for now|again|now)\b.*| too)?(?:$|[.,!;])/i;
const REQUESTED =
  /\bplease (?:re-?send|re-?spin|re-?post|re-?submit|send (?:a |an |the |out )?(?:v\d|new|updated|next|another|fixed|proper)|fix (?:this|that|it|these|them)? ?(?:up )?and (?:re-?send|re-?post|re-?submit)|rebase (?:this|it|on|onto|and)|redo)\b|^(?:i['’]ll|i will|will|we['’]ll|going to|let me) (?:\w+ ){0,3}(?:send|post|respin|re-?spin|submit|prepare|do|address|fix|change|update|correct|add|remove|include)\b.{0,60}\b(?:v\d+|next (?:version|revision|iteration|spin|round|series|post)|new version|respin|re-?spin)\b/i;
const SUPERSEDED = /\bsuperseded by\b/i;

function verdictOf(sentence: string): Omit<Said, 'line'> | null {
  if (sentence.length > 400 || sentence.endsWith('?') || /\?["')]*$/.test(sentence)) return null;
  const applied = appliedIn(sentence);
  if (applied && isVerdict(applied))
    return { kind: kindOfVerb(applied.verb), tree: cleanTree(applied.tree), scope: scopeOf(sentence) };
  if (REJECTED.test(sentence)) return { kind: CLAIM.rejected, tree: null, scope: null };
  if (/drop|revert|remov/i.test(sentence) && sentence.length < 120 && DROPPED.test(sentence))
    return { kind: CLAIM.dropped, tree: null, scope: null };
  if (REQUESTED.test(sentence)) return { kind: CLAIM.changesRequested, tree: null, scope: null };
  if (SUPERSEDED.test(sentence)) return { kind: CLAIM.superseded, tree: null, scope: null };
  return null;
}

/** "I picked: a name" and "pushed it here" (to be tested) are no verdicts; "merged into 1/5" is about another patch. */
function isVerdict({ verb, tree }: Verdict): boolean {
  if (tree !== null && /^\d+\/\d+$/.test(tree)) return false;
  return tree !== null || !/^(?:picked|pushed)$/i.test(verb);
}

function kindOfVerb(verb: string): ClaimKind {
  return /^queued/i.test(verb) ? CLAIM.queued : CLAIM.applied;
}

function cleanTree(tree: string | null): string | null {
  if (!tree || /^(?:inclusion|a|the)$/i.test(tree)) return null;
  return tree
    .replace(/^(?:the|my|our|a)\s+/i, '')
    .replace(/(?<![.,:;!])[.,:;!]+$/, '')
    .slice(0, 80);
}

/** "First 5 queued", "patches 1 & 2", "1-3", "both", "series", "all". */
function scopeOf(sentence: string): string | null {
  const first = /\bfirst (\d+|one|two|three|four|five|six|seven|eight|nine|ten)\b/i.exec(sentence);
  if (first) return `1-${NUMBERS[(first[1] as string).toLowerCase()] ?? first[1]}`;
  const numbered =
    /\b(?:patch(?:es)?|applied|queued|merged|picked(?: up)?)\s+#?(\d+(?:\/\d+)?(?:\s*(?:-|to|and|&|,|through)\s*#?\d+)*)(?=[\s,.!]|$)/i.exec(
      sentence,
    );
  if (numbered)
    return (numbered[1] as string)
      .replace(/\/\d+/g, '')
      .replace(/(?:(?<!\s)\s+)?(?:-|to|through)\s*/g, '-')
      .replace(/[^\d-]+/g, ' ')
      .trim();
  return /\b(?:series|both|all|all of them|everything|set|patches|patchset|(?:this one|this) and part)\b/i.test(
    sentence,
  )
    ? 'all'
    : null;
}

const NUMBERS: Record<string, string> = {
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
};
