/**
 * What a sentence does to a patch: takes it, refuses it, asks for a change. Read by grammar (who, which verb, whether it is
 * done, to what, where to), never by whole phrases; a sentence that could mean something else does nothing.
 * Everything here takes time linear in the sentence, which is cut at 400 characters.
 */

/** `asked`, `gaveIn` and their kin count only from whom they can come: states.ts asks who spoke. */
export type ActKind =
  | 'applied'
  | 'queued'
  | 'refused'
  | 'withdrawn'
  | 'dropped'
  | 'reverted'
  | 'asked'
  | 'gaveIn'
  | 'tookBack';

export interface Act {
  kind: ActKind;
  /** The form is one that only those use who keep a tree; others need proof that they commit. */
  isPlain: boolean;
  /** 'all', 'rest', '1-5', '1 2', 'v5'; null: the patch that the mail answers to. */
  scope: string | null;
  tree: string | null;
}

const SENTENCE = 400;

/** The act of a sentence, null for most. */
export function actOf(given: string): Act | null {
  const sentence = given.slice(0, SENTENCE).replace(/’/g, "'").replace(/\s+/g, ' ').trim();
  if (isNoStatement(sentence)) return null;
  return (
    takingIn(sentence) ?? refusalIn(sentence) ?? removalIn(sentence) ?? requestIn(sentence) ?? approvalIn(sentence)
  );
}

/** Questions, quotations, items of lists and lines of code state nothing. */
function isNoStatement(sentence: string): boolean {
  return sentence.length < 3 || /^["'`*+#|$%/\\<]|^- /.test(sentence);
}

const isQuestion = (sentence: string) => /\?["')\s]*(?:[:;]-?\))?$/.test(sentence);

// --- taking -----------------------------------------------------------------------------------------------------------

/** Words that open a sentence without saying anything of the patch. */
const OPENING =
  /(?:ok(?:ay)?|o\.k|great|good(?: (?:catch|point|stuff|work|job))?|nice(?: (?:catch|work|job|one))?|cool|right|fine|perfect|awesome|excellent|done|ditto|anyway|hi|hello|hey|dear|yes|yep|yeah|yup|sure|all ?right|alright|finally|so|and|then|well|fyi|btw|thanks?(?: you)?(?: a lot| again| both| all| everyone| very much| so much)?|thx|tnx|cheers|lgtm|sorry(?: for the (?:long |late )?(?:delay|reply|wait))?|as (?:discussed|agreed|requested)|no (?:problem|worries)|looks? (?:very )?(?:good|fine|ok(?:ay)?|great|sane|reasonable)(?: to me)?(?: now| too)?|it's|they're|this is|all)(?=[\s,.!:;()-]|$)[\s,.!:;()-]*/iy;
/** Adverbs and auxiliaries between a subject and its verb. */
const AUXILIARY =
  /(?:now|already|also|just|finally|both|all|been|is|are|has|have|had|was|were|being|got|provisionally|tentatively|manually|hereby|this time)(?=[\s,]|$)[\s,]*/iy;
const PATCHES =
  /(?:(?:the|this|that|these|those|your|all|both|rest|remaining|of|in|from|my|a|an|v\d+)\s+){0,4}(?:(?!(?:applied|queued|merged|picked|pushed|taken|took|committed|pulled|added|dropped|i|we|with|without|after|before|when|once|if|as|until|unless|since|because|while|by|on|in|to|for|from|similar|another|no|any|some|every|each|are|is|run|after|whether|that|which|where)\s)[a-z0-9-]+\s+){0,2}(?:patch(?:es|set|sets|series)?|series|set|pull(?: request)?|commits?|fix(?:es)?|changes?|cleanups?|ones?|lot|stuff|rest|remaining|others|v\d+|version|PR)(?![\w-])(?:\s+(?:of|in|from)\s+(?:this|the|your|that)?\s*(?:series|set|patchset|patch set))?(?:\s+#?\d+(?:[-–,/&\s]{1,3}(?:(?:to|and|through)\s+)?#?\d+)*)?(?:\s*\([^)]{0,80}\))?[\s,]*/iy;
const PRONOUN =
  /(?:this|these|those|that|both|all(?: of (?:them|these|this|it))?|everything|it|them|they)(?![\w'-])[\s,]*/iy;
const NUMBERED =
  /(?:patch(?:es)?\s+)?(?:#?\d+(?:\/\d+)?(?:[-–,&\s]{1,3}(?:(?:to|and|through)\s+)?#?\d+(?:\/\d+)?)*|v\d+|first (?:\w+)|rest|remainder)(?![\w.])[\s,]*/iy;
const FIRST_PERSON =
  /(?:i|we)(?:'ve|'d| have| had)?(?=\s)\s+(?:(?:just|now|already|also|have|went ahead|gone ahead|and|finally|since|then|tentatively|provisionally)\s+){0,4}/iy;
const DONE =
  /(applied|queued|merged|picked|pushed|taken|took|committed|pulled|added|staged|accepted|grabbed|landed|folded)(?![\w-])/iy;
const PLAN =
  /(?:(?:(?:i|we)(?:'ll| will| shall|'m going to| am going to|'m| am| can)|will|going to|let me)\s+(?:(?:just|now|then|also|go ahead and|be|directly|manually|probably)\s+){0,3}|)(apply|queue|take|merge|pick|push|applying|queuing|queueing|taking|merging|picking|pushing|add)(?![\w-])/iy;
/** Two verbs for one act: "reviewed and applied", "fixed up and pushed". */
const WITH_IT =
  /(?:acked|reviewed|modified|massaged|tweaked|fixed(?: it)?(?: up)?|rebased|edited|squashed|reworded|changed|updated|tested|signed)(?:\s+and|,)\s+/iy;

/** Somebody tries the patch, or speaks of another thing than a tree. */
const TRIAL =
  /\b(?:on top of|into (?:patch )?#?\d+\/\d+|locally|local(?:ly)?|to test|for (?:a |my |some |local )?(?:test|tests|testing|try|review|debugging)|to (?:see|check|verify|reproduce|try)|cleanly|with (?:no |some )?(?:fuzz|offsets?|conflicts)|to base|internal(?:ly)?|downstream|we(?:'re| are)? us(?:e|ing)|to play with|for a (?:\w+ )?(?:spin|ride|test|run|try)|will be tested|stress|a spin|test run|the gamble|using b4|my (?:system|machine|laptop|box|board|setup|local|kernel|test|build|work)|(?:and|then|but|so) (?:(?:i|it|they|we|the|this|that|all|also|now|can|re)[\s-]*){0,2}(?:test|verif|boot|build|built|compil|saw|see|got|get|run|ran|found|tried|retest|reproduc|confirm|work|fail|panic|crash|still|didn't|does|could|cannot|can't|hit|it's|check|notice|observ|measur)\w*)\b/i;
const TESTED_TREE =
  /^\s*(?:(?:it|this|them|these|that|(?:(?:the|your|this|these|v\d+|both|all|\d+) ){1,3}(?:patch(?:es)?|series|set|v\d+)|your v\d+|v\d+)\s+)?(?:to|on|onto|against|over|into|in)\s+(?:(?:the|a|an|latest|current|vanilla|upstream|clean|mainline|stable|linux|my|kernel|fresh|recent)\s+)*(?:v?\d+\.\d+[\w.-]*|linus'?s?|vanilla|upstream|mainline|master|kernel|linux(?:-next)?)(?:\s+(?:kernel|tree))?(?:\s*$|[\s.])/i;
const CONDITION =
  /\b(?:if|unless|once|until|assuming|provided|whether|as soon as|should|would|could|might|may|cannot|can't|don't|do not|not|never|won't|when|whenever|before|please|let's|needs?|wants?|had to|supposed|suggest|maybe|perhaps|think|guess|hope|waiting|ideally|in case|until|after)\b/i;
const HOLD =
  /\b(?:if|unless|once|until|assuming|provided|as soon as|when|whenever|after|later|tomorrow|next week|in case|without objections?|barring)\b/i;
/** What follows the verb says that it is about something else than the patch. */
const OTHER =
  /^\s*(?:together|care|from\b|into account|into consideration|literally|alone|back\b|over\b|aside|by\s+(?!hand|me\b|us\b|myself)|out\b|down|off\b|the same|(?:the|those|these) (?:fix(?:es)?|commits?)\b|up (?:this|the) work|to (?:all|each|every|any|both|other|user|the (?:driver|other|same|whole|code|register|hardware|kernel(?! tree))|do|be|get|make|have|you|me)\b|between|only (?:to|if|when)|at (?:boot|runtime|compile)|during|on (?:a|an|the|all|each|every|boot|my|top)\b|when|if\b|unless|once|before|a (?:similar|different|few|couple|while|look)|some|any\b|an\b|and (?:this|there|that)\b|your (?:comments?|suggestions?|feedback|review|remarks?|advice|changes? (?:to|in))|(?:the|all|these|those) (?:comments?|suggestions?|feedback|requested|suggested|review|remarks?|advice)|changes\b|comments|in (?:all|both|each|every|order|the (?:driver|code|kernel|same|past|future))|as (?:a (?:whole|result)|part|well as)|with (?:the (?:same|following (?:error|result))|\d+\/\d+|patch \d|git)|into (?:one|a single|patch|the (?:driver|code|previous|first|same)|\d+\/|\d+$)|in (?:v\d|the next (?:version|revision|spin)))/i;
const OBJECT_OR_PLACE =
  /^\s*(?:$|[.!,;:()–—]|-\s|--|(?:thanks?|thx|tnx|cheers|now|too|then|here|manually|today|already|by (?:hand|me)|directly|again|as|to|for|in|into|on|onto|with|without|via|through|under|after|since|up|along|at|locally|and|but|only|this|these|it|them|that|those|both|all|everything|the|your|first|patch(?:es)?|series|v\d+|#?\d+|only|just|instead|myself|version|one)(?![\w-]))/i;
const TREE =
  /\b(?:to|in|into|for|on|onto|through|via|at)\s+(?:the\s+|my\s+|our\s+)?((?:(?!(?:all|both|order|each|for|of|to|and|in|this|that|with|it|since|commit|message)\s)\w[\w./:+'-]*\s+){0,3}?[\w./:+'-]{0,60}(?:tree|branch|queue|repo(?:sitory)?|next(?!\s+(?:version|spin|revision|patch|rev\b|iteration|series|round|release|acpi|week|one|step|post))|fixes|mainline|master|devel|testing|staging|git|linus|stable|urgent|misc)(?![\w])[\w./:+-]*|[\w.+-]{1,60}\/[\w./+-]+|https?:\/\/\S+|git:\/\/\S+|tip(?![\w])\S*)/i;
const RELEASE =
  /\b(?:for|as|in|into|targeting)\s+(?:the\s+)?(?:next\s+(?:release|merge|cycle)|(?:upcoming\s+)?merge window|(?:\w+[- ])?v?\d+\.\d+[\w.-]*|-next|inclusion|(?:-|\d)*rc\d|fixes|a fix)/i;

/** "Ok, both applied to the next branch with the typo fixed, thanks": read clause by clause. */
function takingIn(sentence: string): Act | null {
  if (
    !/appl[iy]|queu|merg|pick|push|tak(?:e|en|ing)|took|committ|pull|added|add |stag|accepted|grabb|landed/i.test(
      sentence,
    )
  )
    return null;
  if (isQuestion(sentence)) return null;
  let at = 0;
  for (const clause of clausesOf(sentence)) {
    const act = takingClause(clause, sentence.slice(at + clause.length), sentence);
    if (act) return CONDITION.test(sentence.slice(0, at)) && !isOver(sentence.slice(0, at)) ? null : act;
    at = sentence.indexOf(clause, at) + clause.length;
  }
  return null;
}

/** "After fixing it, applied": what stands before is done too. */
const isOver = (before: string) =>
  /^(?:after|not)\b/i.test(before) && !/\b(?:if|once|when|would|should)\b/i.test(before);

/** Pieces of a sentence that may each hold a verb of their own. */
function clausesOf(sentence: string): string[] {
  return sentence
    .split(
      /[,;:.!]\s+|\s+[-–—]{1,2}\s+|\s+(?:and|but|so|then|which)\s+(?=(?:i\b|i'|we\b|we'|now|just|applied|queued|merged|pushed|picked|took|will|the rest|added|have)\s?)/i,
    )
    .slice(0, 12);
}

function takingClause(clause: string, after: string, sentence: string): Act | null {
  let at = skip(clause, 0, [OPENING, WITH_IT], 6);
  const plan = matchAt(PLAN, clause, at);
  if (plan) return planned(clause, plan, at, sentence);
  const person = matchAt(FIRST_PERSON, clause, at);
  let isPast = false;
  if (person) at = skip(clause, at + person[0].length, [AUXILIARY, WITH_IT], 4);
  else {
    const subject = skip(clause, at, [NUMBERED, PATCHES, PRONOUN], 3);
    const end = skip(clause, subject, [AUXILIARY, WITH_IT], 5);
    isPast = /\b(?:was|were|had)\b/i.test(clause.slice(subject, end));
    at = end;
  }
  const verb = matchAt(DONE, clause, at);
  if (!verb) return null;
  const word = (verb[1] as string).toLowerCase();
  const tail = clause.slice(at + verb[0].length);
  const rest = `${tail} ${after}`;
  if (
    !OBJECT_OR_PLACE.test(tail) ||
    OTHER.test(tail.replace(/^\s*(?:up|it|this|them|these|both|all)\b/i, '')) ||
    OTHER.test(tail)
  )
    return null;
  if (TRIAL.test(rest) || /\bnot\b/i.test(clause.slice(0, at))) return null;
  const place = TREE.exec(rest);
  const tree = place ? cleanTree(place[1] as string) : null;
  const isPlaced = tree !== null || RELEASE.test(rest);
  if (TESTED_TREE.test(tail) && !/\bthank|tree|branch|queue|next\b/i.test(rest.replace(/linux-next/g, ''))) return null;
  // "I took the lock", "added it", "pulled them": verbs of many meanings need to say where.
  if (/^(?:added|took|taken|pulled|pushed|picked|staged|accepted|grabbed|landed|folded|committed)$/.test(word)) {
    const isObject =
      /^\s*(?:up\s+)?(?:this|these|it|them|that|both|all|everything|the rest|(?:the|your|this) (?:\w+ ){0,2}(?:patch(?:es)?|series|set))\b/i.test(
        tail,
      ) || /^\s*up\b/i.test(tail);
    if (!isPlaced && !(isObject && /^(?:took|picked|taken|grabbed)$/.test(word))) return null;
    if (/^(?:added|folded|pulled)$/.test(word) && tree === null) return null;
  }
  const isPlain = !isPast && (!person || isPlaced || /\bthank/i.test(after));
  return {
    kind: word === 'queued' ? 'queued' : 'applied',
    isPlain: isPlain && !/^(?:taken|took|accepted|grabbed|folded|added|committed|landed)$/.test(word),
    scope: scopeOf(`${clause}${/^[,;] (?:and|along|both)/.test(after) ? after : ''}`),
    tree,
  };
}

/** "I'll queue this up for 5.6": counts from those who commit, and only without a condition. */
function planned(clause: string, plan: RegExpExecArray, at: number, sentence: string): Act | null {
  const verb = (plan[1] as string).toLowerCase();
  const isBare = plan[0].length === (plan[1] as string).length;
  if (isBare && !/^(?:applying|queue?ing|taking|merging|picking)$/.test(verb)) return null;
  const tail = clause.slice(at + plan[0].length);
  if (
    HOLD.test(sentence) ||
    TRIAL.test(tail) ||
    /\bcan\b/i.test(plan[0]) ||
    /\b(?:not|n't|need|should|would|have to|please|you|v\d+|re-?send)\b/i.test(sentence)
  )
    return null;
  const isObject =
    /^\s*(?:up\s+)?(?:this|these|it|them|that one|both|all|everything|the rest|v\d|patch|(?:the|your|this|these|whole) (?:\w+ ){0,2}(?:patch(?:es)?|series|set|fix(?:es)?|pull|one))\b/i.test(
      tail,
    );
  if (!isObject && !(isBare && OBJECT_OR_PLACE.test(tail))) return null;
  if (OTHER.test(tail) || /^\s*(?:it|this|that|them|up)?\s*(?:a |an |into|from|out|care|on|as a(?! fix))\b/i.test(tail))
    return null;
  const place = TREE.exec(tail);
  if (
    /^(?:add|push|pick|picking|pushing)$/.test(verb) &&
    !place &&
    !/^\s*(?:it|this|these|them|the \w+)?\s*up\b/i.test(tail)
  )
    return null;
  return { kind: 'queued', isPlain: false, scope: scopeOf(clause), tree: place ? cleanTree(place[1] as string) : null };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Reads pieces of these patterns from `at` on, at most `most`; where they end. */
function skip(text: string, from: number, patterns: RegExp[], most: number): number {
  let at = from;
  for (let n = 0; n < most; n++) {
    const found = patterns
      .map((pattern) => matchAt(pattern, text, at))
      .find((one) => one !== null && one[0].length > 0);
    if (!found) break;
    at += found[0].length;
  }
  return at;
}

function cleanTree(tree: string): string | null {
  if (/^(?:inclusion|a|the|next|fixes)$/i.test(tree)) return tree === 'next' || tree === 'fixes' ? tree : null;
  return tree
    .replace(/^(?:the|my|our|a)\s+/i, '')
    .replace(/(?<![.,:;!)])[.,:;!)]+$/, '')
    .slice(0, 80);
}

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** Which patches a clause speaks of. */
function scopeOf(clause: string): string | null {
  const except =
    /\b(?:all|series|set|rest|others?|patches)\b.{0,40}?\b(?:but|except|minus|apart from|excluding)\b(.*)$/i.exec(
      clause,
    );
  if (except) {
    const numbers = (except[1] as string).match(/\d+/g);
    return numbers ? `not ${numbers.join(' ')}` : 'some';
  }
  if (/\bup to (?:and including )?(?:here|this)/i.test(clause)) return 'upto';
  const more = /\b(?:this|it|one)\b.{0,40}\[?\b(\d+)\/\d+\]?/i.exec(clause);
  if (more && /\b(?:and|along|with|both)\b/i.test(clause)) return `+${more[1]}`;
  if (/\b(?:this|it)\b.{0,40}\b(?:and|along with) (?:the )?(?:rest|others?|remaining)\b/i.test(clause)) return 'all';
  const first = /\bfirst (\d+|one|two|three|four|five|six|seven|eight|nine|ten|patch)\b/i.exec(clause);
  if (first) {
    const word = (first[1] as string).toLowerCase();
    const number = word === 'patch' ? 1 : NUMBERS.indexOf(word) + 1 || Number(word);
    return number === 1 ? '1' : `1-${number}`;
  }
  const numbered =
    /(?:\b(?:patch(?:es)?|applied|queued|merged|picked(?: up)?|took|dropped|drop)\s+|^)#?(\d{1,3}(?:\/\d+)?(?:\s*(?:-|–|to|and|&|,|through)\s*#?\d{1,3}(?:\/\d+)?)*)(?=[\s,.!):]|$)(?!\s+(?:weeks?|days?|of these))/i.exec(
      clause,
    );
  if (numbered)
    return (numbered[1] as string)
      .replace(/\/\d+/g, '')
      .replace(/\s*(?:-|–|to|through)\s*/g, '-')
      .replace(/[^\d-]+/g, ' ')
      .trim();
  if (/\b(?:the rest|remaining|remainder|the others|others)\b/i.test(clause)) return 'rest';
  if (/\b(?:series|both|all|all of them|everything|set|patches|patchset|them|these)\b/i.test(clause)) return 'all';
  if (/\bthis (?:one|patch|commit|fix)\b/i.test(clause)) return 'one';
  return /(?<!\b(?:for|as|in) )(?<!kernel )\b(v\d+)\b(?!\.)/i.exec(clause)?.[1]?.toLowerCase() ?? null;
}

const act = (kind: ActKind, clause: string, isPlain = true): Act => ({
  kind,
  isPlain,
  scope: scopeOf(clause),
  tree: null,
});

// --- refusing, withdrawing, dropping ----------------------------------------------------------------------------------

const NAK =
  /^(?:(?:so|sorry|but|hence|therefore|thus|then|that's|this is|it's|still|a|an|big|huge|strong|hard|soft|clear|no|well|and|ok|yes|again|also|definite|absolute|another|my|basically|in any case|have to|going to|'ll have to|i'm afraid|i am afraid|here's|consider this|from me|i|i'll|i'll have to|i have to|i must|i will|i am|we)[\s,.:!-]+){0,6}(?:[Nn][Aa][Cc]?[Kk](?:ed|'d|ing)?|[Nn]ot[ -][Aa]ck(?:ed)?(?= (?:of|for|to|from)))(?:$|[.!,;:()]|\s+(?:from|by|of|to|on|for|until|unless|as|because|this|these|the|it|that|again|still|in its|patch|series|as-is|here|since|too|so|and|-|–)\b)/i;
const WONT =
  /^(?:(?:so|sorry|but|hence|therefore|thus|no|well|and|then|also|again|unfortunately|anyway|i'm afraid|that said)[\s,.:!-]+){0,4}(?:i|we)(?:'m| am| will|'ll|'re| are| do| shall)?\s*(?:(?:really|just|certainly|definitely|absolutely|simply|still)\s+)?(?:not going to|not (?:apply|tak|merg|pick)ing?|won't(?: be)?|will not(?: be)?|refuse to|am not willing to|reject(?:ing)?)\s*(?:to\s+)?(?:apply|take|merge|pick|accept|applying|taking|merging|queue|ack|pull)?(?:ing)?(?: up)?\s+(?:this|these|it|them|that|the (?:patch|series)|your|such|any of)\b(?! liter)/i;

const NAK_NOUN =
  /\b(?:a|an|my|big|fat|strong|clear|hard|firm)\s+(?:\w+\s+){0,2}NAC?K\b(?:\s+(?:from (?:me|my side)|on (?:this|these|that|it)|for (?:this|these|that)|stands)|\s*[.!]?$)/i;

/** Terms of a bus or a protocol, and what is said of a NAK that is not given here. */
const NO_REFUSAL =
  /\b(?:would|could|might|if i|i2c|smbus|bit|byte|ack\/nak|ack or nak|returns?|interrupt|irq|not a|isn't|got|received|previous(?:ly)?|earlier|his|her|their|your|someone|nobody|for (?:the )?rename)\b/i;

function refusalIn(sentence: string): Act | null {
  if (isQuestion(sentence)) return null;
  const clauses = sentence
    .replace(/^self[- ]/i, '')
    .split(/[,;:]\s+|\s+[-–—]{1,2}\s+|\s+(?:and|but|so)\s+(?=(?:no\b|i\b|i'|nac?k))/i)
    .slice(0, 8);
  if (
    !NO_REFUSAL.test(sentence) &&
    clauses.some(
      (clause) => NAK.test(clause) || (NAK_NOUN.test(clause) && !/(?<!^this|^that|^it) is an? /i.test(clause)),
    )
  )
    return act('refused', sentence);
  const isPartial =
    /\b(?:until|unless|yet|before|if|without|as[- ]is|now|for \d|this (?:merge|cycle|late)|right now|at this (?:point|stage)|part|hunk)\b/i.test(
      sentence,
    );
  return !isPartial && clauses.some((clause) => WONT.test(clause)) ? act('refused', sentence) : null;
}

const WITHDRAWN =
  /^(?:(?:so|sorry|oops|but|ok(?:ay)?|please|pls|yes|right|hi|hello|all|and|then|hmm|just|sigh|self|kindly|well|thanks|argh|ah|oh|dear \w+)[\s,.:!-]+){0,5}(?:please |pls )?(?:ignore|disregard|discard|drop|scratch|forget(?: about)?|skip|don't (?:apply|take|merge)|do not (?:apply|take|merge))\s+(?:this|these|it|them|that|v\d+|(?:this|my|the|that|these|whole|entire) (?:(?:\w+) ){0,2}(?:patch(?:es|set|series)?|series|set|version|one|mail|e-?mail|submission|thread|RFC|request))(?:\s+(?:patch(?:es|set|series)?|series|version|one|set|mail|e-?mail|thread|for now|please|then|completely|too|as well|altogether|here|\d+\/\d+))*\s*(?:$|[.!,;:(–-])/i;
const I_WITHDRAW =
  /^(?:(?:so|sorry|oops|but|ok(?:ay)?|yes|right|and|then|hmm|well|thanks|fine|sure|hence|therefore|in that case|agreed)[\s,.:!-]+){0,4}(?:i|we)(?:'ll| will|'m| am|'d like to| would like to| have|'ve| want to| therefore| hereby|)\s*(?:going to |now |just |hereby |then )*(?:withdraw|withdrawn|withdrawing|retract|retracted|abandon|abandoned|abandoning|drop|dropping|dropped|discard)\s+(?:this|the|my|these|that|both)\s+(?:\w+ ){0,1}(?:patch(?:es|set)?|series|set|submission|pull request)\b(?!\s+(?:from|in v|in the next|for v))/i;

function removalIn(sentence: string): Act | null {
  if (isQuestion(sentence)) return null;
  if (
    WITHDRAWN.test(sentence) &&
    !(
      /(?:ignore|disregard|discard|drop|scratch|forget(?: about)?|skip) (?:this|it|that|them|these)(?! (?:patch|series|set|version|v\d|one|rfc))/i.test(
        sentence,
      ) && !/\b(?:please|pls|kindly|sorry|oops)\b/i.test(sentence)
    ) &&
    !/\b(?:if|unless|when|part|line|hunk|comment|remark|function|below|above|noise|sign|typo|question|previous (?:e-?mail|mail|message|one|comment)|my (?:last )?(?:e-?mail|mail|message))\b/i.test(
      sentence,
    )
  )
    return act('withdrawn', sentence);
  if (
    I_WITHDRAW.test(sentence) &&
    !/\b(?:if|unless|when|would you|v\d|next (?:version|revision|spin)|respin|re-?send|from (?:the|this) (?:series|set))\b/i.test(
      sentence,
    )
  )
    return act('withdrawn', sentence, false);
  if (
    /\b(?:self[- ]?nak|consider (?:this|it|these) (?:patch(?:es)? |series )?withdrawn|(?:patch|series|this) is withdrawn)\b/i.test(
      sentence,
    )
  )
    return act('withdrawn', sentence);
  return droppedIn(sentence);
}

/** A keeper of a tree takes out what was in it; whether it was there, states.ts asks. */
function droppedIn(sentence: string): Act | null {
  const found =
    /^(?:(?:ok(?:ay)?|so|right|thanks|sorry|and|now|hence|therefore|fine|well|anyway|yes|in that case|for now)[\s,.:!-]+){0,4}(?:(?:i|we)(?:'ve|'ll|'m| have| will| am| had to|)\s*(?:(?:now|just|already|also|going to|to|have|had)\s+){0,3}|(?:this|it|both|all|they|(?:this|the) (?:patch|series|commit))\s+(?:(?:is|was|are|were|has|have|been|now|will|be|just)\s+){1,3}|now |)(drop(?:ped|ping)?|revert(?:ed|ing)?|removed|back(?:ed|ing) (?:it |this |them )?out|unqueued)(?:\s+(?:it|this|them|these|that|both|all|v\d+|(?:the|this|that|these) (?:\w+ )?(?:patch(?:es)?|series|commits?|one|change)))?((?:\s+(?:from|for now|again|now|out of|too|then|until)\b.{0,120})?)\s*(?:$|[.,!;(])/i.exec(
      sentence,
    );
  if (!found || /^(?:drop|revert)\b/i.test(sentence.trim())) return null;
  const isRevert = /^revert/i.test(found[1] as string);
  return {
    ...act(isRevert ? 'reverted' : 'dropped', sentence),
    isPlain: /\b(?:tree|branch|queue|next)\b/i.test(sentence),
  };
}

// --- asking, giving in, taking back -----------------------------------------------------------------------------------

/** After "please": what is asked of the list or of a maintainer, not of the patch. */
const CHANGE =
  "(?:re-?send|re-?spin|re-?post|re-?submit|re-?base|re-?do|re-?work|re-?write|re-?order|re-?name|re-?phrase|re-?word|re-?factor|re-?place|fix|use|add|remove|delete|drop|split|make|move|change|update|put|keep|avoid|convert|document|include|mention|squash|fold|sort|align|follow|address|separate|wrap|switch|define|provide|write|correct|adjust|insert|extend|limit|return|do not|don't|never|get rid of|turn|break|combine|rather|just|also|simply|at least|only|send (?:a |an |the |out |me )?(?:v\\d|new|updated|next|another|fixed|proper|separate|follow|incremental)|make sure|implement|introduce|spell|capitali[sz]e|shorten|initiali[sz]e|indent|spell|declare|export|pass|store|leave|swap|prefix|base)";
const ASKED = new RegExp(
  `\\bplease,? (?:(?:also|just|instead|then|always|rather|either|simply|at least|do|can you) )*${CHANGE}\\b`,
  'i',
);
const CAN_YOU = new RegExp(
  `\\b(?:can|could|would|will) you(?: all)?(?: please)?(?: also| instead| just| maybe| perhaps)? ${CHANGE}\\b`,
  'i',
);
const SHOULD =
  /\b(?:you (?:should|need to|must|have to|forgot|missed|still need)|(?:this|it|that|patch|these|there|subject|changelog|commit (?:message|log)|description|title|name|function|line|code|here) (?:should|needs?|must|has to|ought to)|needs to be|should (?:be|go|use|have|come|also|say|read|not|probably)|must (?:be|not)|(?:this|it) (?:is|looks) (?:wrong|broken|bogus|racy|buggy)|won't (?:work|compile|build)|doesn't (?:apply|compile|build)|does not (?:apply|compile|build)|(?:is|are) missing|missing (?:a |the |an )?\w+|typo|s\/[^/\s]+\/[^/]*\/|^nit\b|nitpick|I(?:'d| would) (?:prefer|rather|like (?:to see|you)|suggest|expect|drop|use|just|also|call|make|rename|move|split|add|remove|put)|better to|would be (?:better|nicer|cleaner|good|nice|helpful)|no need (?:to|for)|(?:is|are|looks?) (?:redundant|unnecessary|superfluous|unneeded|pointless|not needed)|how about|why not|you can (?:just |also |simply )?(?:use|drop|remove|do|add|make|move|replace|simplify|avoid))\b/i;
const NOT_ASKED =
  /\b(?:apply|queue|pull|let me know|feel free|cc |keep me|keep us|top[- ]?post|trim|in (?:the )?future|next time|in cc|on cc|find attached|look at|take a look|correct me|comments? welcome|ignore|(?:follow|separate)[- ]?up patch|later patch|on top\b|as a follow|incremental)\b/i;
const GAVE_IN =
  /^(?:(?:ok(?:ay)?|sure|right|yes|yep|yeah|agreed?d?|oops|good (?:catch|point|idea|spot|suggestion)|nice catch|thanks?(?: you)?(?: for [\w' ]{1,40})?|ah|oh|hmm|sorry|my (?:bad|mistake)|absolutely|indeed|true|fair enough|got it|makes sense|you(?:'re| are) right|no problem|so|and|then|also|alright|understood|noted|ack|of course|certainly|fine|well|great|hi \w+|i see|i agree|i think)[\s,.:!-]+){0,5}(?:(?:i|we)(?:'ll| will|'m going to| am going to| shall| plan to)|will|going to|let me)\s+(?:(?:also|just|then|definitely|certainly|surely|try to|go ahead and|then|be|of course|gladly|respin|re-?send|it|that|and|probably)\s+){0,3}(?:fix|do|change|update|correct|add|remove|address|respin|re-?spin|resend|re-?send|rework|re-?work|drop|use|make|move|rename|split|include|send (?:a |an |out |the )?(?:v\d|new|updated|next|another|fixed|revised)|post (?:a |an |the )?(?:v\d|new|updated|next)|rewrite|rebase|modify|take care|incorporate|adjust|clean|fold|squash|merge|replace|convert|put|improve|reword|rephrase|amend|repost|submit|prepare|document|mention|follow (?:your|the)|switch|revise|implement|reorder|simplify|delete|get rid)\b/i;
const GAVE_IN_SHORT =
  /^(?:(?:ok(?:ay)?|sure|right|yes|yep|thanks|agreed|good catch|sure thing)[\s,.:!-]+){0,3}(?:(?:i )?will do|will fix|will change|will update|will be (?:fixed|changed|done|addressed|updated|corrected|removed|added) in|(?:fixed|done|changed|addressed|updated|removed|added|corrected|dropped) (?:it |this |that )?(?:in|for) (?:v\d|the next|next|my|patch v)|(?:fixed|done)\s*[.!]?$|will (?:send|post|respin|re-?spin|resend|submit) )/i;

function requestIn(sentence: string): Act | null {
  if (
    !isQuestion(sentence) &&
    !/\b(?:if (?:you|it|that|this|there|needed|anyone)|unless|separate(?:ly)? (?:patch|series)|follow-?up|later|test(?:ing)? (?:it|this)|try|check|look|investigate|get back|think|wait|see if)\b/i.test(
      sentence,
    ) &&
    (GAVE_IN.test(sentence) || GAVE_IN_SHORT.test(sentence))
  )
    return act('gaveIn', '', !/^(?:fixed|done)/i.test(sentence));
  if (NOT_ASKED.test(sentence)) return null;
  if (ASKED.test(sentence) || CAN_YOU.test(sentence)) return act('asked', '');
  if (
    !isQuestion(sentence) &&
    SHOULD.test(sentence) &&
    !/\b(?:should be (?:fine|ok|good|safe|enough|sufficient|applied|queued|merged|taken|able|the same|possible|no)|i should|we should (?:be|wait|see))\b/i.test(
      sentence,
    )
  )
    return act('asked', '', false);
  return null;
}

const APPROVED =
  /^(?:(?:ok(?:ay)?|great|good|thanks?|thank you|yes|right|fine|alright|nice|then|so|fair enough|hmm|well|cool|i see|got it|ah)[\s,.:!-]+){0,4}(?:(?:this |it |that |v\d+ |now |the (?:patch|series) |all |everything )?(?:looks?|is|seems?|works?) (?:now )?(?:good|fine|ok(?:ay)?|great|correct|right|perfect)(?: (?:to|with|by|for) me)?(?: now| then)?|(?:i )?withdraw my (?:na[c]?k|objection)|(?:i(?:'m| am) )?(?:fine|ok(?:ay)?|happy) with (?:it|this|that|the patch|v\d+)(?: (?:now|then|as (?:it )?is))?|no (?:more |further )?objections?(?: from (?:me|my side))?|lgtm)\s*(?:$|[.,!;])/i;

function approvalIn(sentence: string): Act | null {
  return !isQuestion(sentence) && APPROVED.test(sentence) ? act('tookBack', '') : null;
}
