import { type Body, lineAt } from '#mail/body';
import { sentencesOf } from './sentences';

/** A line of a mail that performs an act, and its text. */
export interface ActLine {
  line: number;
  text: string;
}

/** Limits of the lines that are examined, and of the characters of a line. */
const MOST_LINES = 3000;
const LONGEST_LINE = 300;

/** The beginning of a line in a log: date, level, time since boot, CPU. */
const STAMP =
  /^[\s|]*(?:[A-Za-z]{3} +\d{1,2} [\d:]{5,8} \S{1,60} kernel: ?)?(?:<\d>)?\s*(?:\[[\s\d.TC@]{3,30}\]){0,2}\s*/;
/** Messages that the kernel prints when it fails. */
const TRACE =
  /^(?:call trace:|backtrace:|bug: |oops|kernel bug at |general protection fault|warning: (?:cpu|possible|bad|inconsistent|suspicious|held)|unable to handle kernel|internal error: oops|kernel panic - |info: (?:task|rcu|possible|trying)|-+\[ cut here \]-|kasan: |ubsan: |watchdog: bug|page allocation failure)/i;
/** The beginnings of robots' reports. */
const ROBOT_FORM =
  /^(?:syzbot (?:has )?found (?:the following|a reproducer)|all (?:errors|warnings|error\/warnings) \(new ones prefixed|sparse warnings|smatch warnings|\* this automated bisection report|kernel test robot noticed|fyi, we noticed)/i;
const REGZBOT = /^#regzbot\b/;
const BAD_COMMIT = /\b(?:is the )?first bad commit\b/i;

const TITLE =
  /\b(?:errors?|fail(?:s|ed|ures?)?|crash(?:es|ed)?|hangs?|hung|broken?|breaks|warnings?|panics?)\b.*\b(?:since|after|with|in|on) (?:linux |kernel )?v?\d+\.\d|^\W*\[?(?:bug(?:[ -]?report)?|oops|panic)\b|\bregression\b(?! (?:tests?|testing|suite)\b)|\bfound an? (?:\w+ )?bug\b|^(?:kasan|ubsan|bug|warning|possible deadlock|general protection fault|inconsistent lock state)[: ]/i;
/** Subjects of mails that are something else. */
const OTHER_TITLE = /^\s*(?:(?:re|aw|fwd?):|\W{0,2}(?:rfc|patch|git pull|pull|pre-announce|announce|failed:|rft)\b)/i;

const REGRESSION = /\bregress(?:ion|ed|es)\b/i;
const BISECTED = /\b(?:git[- ])?bisect(?:ed|ion|ing)?\b/i;
/** A version, a tree or a commit. */
const VERSION = /\bv?[2-9]\.\d{1,2}\b|\blinux-next\b|\b[0-9a-f]{8,40}\b|\bcommit\b/;

/**
 * The line with which a thread's first mail reports a bug or a regression: the kernel's output, the result of a bisection, a robot's
 * form, or a regression with a version; else its subject (line -1). Null if it reports nothing, or its subject says it is something else.
 */
export function reportedIn(subject: string, body: Body): ActLine | null {
  if (OTHER_TITLE.test(subject)) return null;
  return printedIn(body) ?? saidIn(body) ?? (TITLE.test(subject) ? { line: -1, text: subject } : null);
}

function* ownLines(body: Body): Generator<ActLine> {
  let left = MOST_LINES;
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'text') continue;
    for (let line = start; line < end && left-- > 0; line++)
      yield { line, text: lineAt(body.text, body.starts, line).slice(0, LONGEST_LINE) };
  }
}

function printedIn(body: Body): ActLine | null {
  for (const { line, text } of ownLines(body)) {
    const bare = text.replace(STAMP, '').trim();
    if (TRACE.test(bare) || ROBOT_FORM.test(bare) || REGZBOT.test(bare) || BAD_COMMIT.test(bare))
      return { line, text: bare };
  }
  return null;
}

/** Most mails have none of these words, and need not be cut into sentences. */
const PERHAPS_SAID = /regress|bisect/i;

function saidIn(body: Body): ActLine | null {
  if (!PERHAPS_SAID.test(body.text)) return null;
  for (const { line, text } of ownSentences(body))
    if ((REGRESSION.test(text) || BISECTED.test(text)) && VERSION.test(text)) return { line, text };
  return null;
}

/** The sentences of an author's own words, with the line on which each begins. */
export function* ownSentences(body: Body): Generator<ActLine> {
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'text' || end - start > MOST_LINES) continue;
    const text = body.text.slice(body.starts[start], body.starts[end] ?? body.text.length);
    for (let at = 0, line = start; at < text.length; ) {
      // One paragraph at a time: a sentence does not continue across an empty line.
      const stop = text.indexOf('\n\n', at);
      const paragraph = text.slice(at, stop < 0 ? text.length : stop);
      for (const one of sentencesOf(paragraph)) {
        const before = paragraph.slice(0, one.start).split('\n').length - 1;
        yield { line: line + before, text: paragraph.slice(one.start, one.end).replace(/\s+/g, ' ') };
      }
      if (stop < 0) break;
      line += text.slice(at, stop + 2).split('\n').length - 1;
      at = stop + 2;
    }
  }
}

const TROUBLE = '(?:issue|problem|bug|crash|warning|regression|error|oops|panic|hang|failure|splat)s?';
const SOLVED: readonly RegExp[] = [
  /\b(?:it|this|that|everything|all|which) (?:now works|works (?:now|again|fine now|well now)|is working (?:now|again)|works? (?:fine|perfectly|well|for me) now)\b/i,
  /\bi can confirm (?:that )?(?:it|this|that|the \w+|your \w+) (?:now )?(?:works|fixes|fixed|solves|solved)\b/i,
  new RegExp(
    `\\b(?:fix(?:es|ed)|solve[sd]|resolve[sd]|cure[sd])\\b.{0,40}\\b(?:${TROUBLE}|it for me|that for me)\\b`,
    'i',
  ),
  new RegExp(
    `\\bseems? to (?:fix|solve|resolve) (?:it|this|that|the|my|both)\\b.{0,20}\\b(?:${TROUBLE}|for me)\\b`,
    'i',
  ),
  new RegExp(
    `\\b${TROUBLE} (?:is|are|has been|have been|got|seems?|seems to be|went) (?:now |all |indeed )?(?:fixed|solved|resolved|gone|away)\\b`,
    'i',
  ),
  /\bnot? (?:longer )?(?:getting|seeing|seen?|get|crash(?:es|ing)?|happen(?:s|ing)?|occur(?:s|ring)?|trigger(?:s|ed)?|reproduc\w+)\b.{0,40}\b(?:any ?more|any longer|with (?:this|the|your) (?:patch|fix))\b/i,
];
/** Words that give such a sentence another meaning: a hope, a question, a condition, a part, a request. */
const UNSURE =
  /[?]|\b(?:not|never|unless|if|whether|would|could|should|might|may|hope|hopefully|try|when|until|before|except|however|still|only|part(?:ly|ially)?|please|will|can(?! confirm)|cannot|need|needs|want|someone|somebody|anyone|how|think|believe|expect(?:ed)?|maybe|perhaps|probably|supposed|suppose|previous(?:ly)?|claims?|says?|some|one of|another|other|already|was)\b|n't\b/i;
const PARTLY = /\b(?:one|some|most|part|half) of\b|\bonly\b/i;
/** Words for a remaining problem: if the mail has them anywhere, the trouble is not over. */
const LEFT =
  /\bstill\b|\banother (?:issue|problem|bug)\b|\bnot working\b|\bnew (?:issue|problem|bug|error)\b|\bbut now\b/i;

/** The sentence in which the person who had a problem says that it is solved. Null if any problem remains. */
export function solvedIn(body: Body): ActLine | null {
  let found: ActLine | null = null;
  for (const { line, text } of ownSentences(body)) {
    if (LEFT.test(text)) return null;
    if (found) continue;
    for (const pattern of SOLVED) {
      const match = pattern.exec(text);
      if (!match) continue;
      const before = text.slice(0, match.index);
      const after = text.slice(match.index + match[0].length).split(/[,;.(]/, 1)[0] as string;
      if (UNSURE.test(before) || UNSURE.test(after) || PARTLY.test(match[0])) continue;
      found = { line, text };
      break;
    }
  }
  return found;
}

const SENT =
  /\bI(?:['’]ve| have)? (?:just |also |now |already |finally )?(?:sent|posted|submitted|mailed)\b(?: (?:out|in|off))?.{0,30}?\b(?:patch(?:es|set)?|fix(?:es)?|v\d{1,2}|series|revert)\b/i;

/** The sentence in which the author says that they sent a patch. */
export function sentIn(body: Body): ActLine | null {
  for (const sentence of ownSentences(body))
    if (SENT.test(sentence.text) && !/[?]|\b(?:if|not|never)\b|n['’]t\b/i.test(sentence.text)) return sentence;
  return null;
}

const ANNOUNCES =
  /^\W*(?:pre-?)?ann(?:ounc(?:e|es|ed|ing|ement))?\b|^linux \d+\.\d|\b\d+\.\d\S* (?:is |are )?(?:now )?(?:available|released|out)\b|\b\d+\.\d.*\breleased?\b|\breleased?\b.*\b\d+\.\d/i;

/** Whether a subject announces something: a release, a tree, a move. */
export const isAnnouncement = (subject: string): boolean =>
  ANNOUNCES.test(subject) && !/\?\s*$|^\s*(?:re|aw|fwd?):/i.test(subject);
