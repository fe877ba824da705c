import { type Act, act, isQuestion } from './act';

/** Verbs after "please" that ask for a change of the patch. */
const CHANGE =
  "(?:re-?send|re-?spin|re-?post|re-?submit|re-?base|re-?do|re-?work|re-?write|re-?order|re-?name|re-?phrase|re-?word|re-?factor|re-?place|fix|use|add|remove|delete|drop|split|make|move|change|update|put|keep|avoid|convert|document|include|mention|squash|fold|sort|align|follow|address|separate|wrap|switch|define|provide|write|correct|adjust|insert|extend|limit|return|describe|resubmit|clean ?up|do not|don't|never|get rid of|turn|break|combine|rather|just|also|simply|at least|only|send (?:a |an |the |out |me )?(?:v\\d|new|updated|next|another|fixed|proper|separate|follow|incremental)|make sure|implement|introduce|spell|capitali[sz]e|shorten|initiali[sz]e|indent|spell|declare|export|pass|store|swap|prefix|base)";
const ASKED = new RegExp(
  `\\b(?:please|pls),? (?:(?:check|verify|correct|review|rework|run \\w+) (?:(?:it|this|that|them) )?and (?=re))?(?:(?:also|just|instead|then|always|rather|either|simply|at least|do|can you) )*${CHANGE}\\b`,
  'i',
);
/** "Please read the guidelines and send v2." */
const ASKED_TOO =
  /\b(?:please|can you|could you)\b[^.;?!]{1,80} and (?:then )?(?:re-?send|re-?post|re-?spin|re-?submit|send (?:a |an |the |out |me )?(?:v\d|new version|updated|next version))\b/i;
/** "Rebase it over next, please.", "A v3, please." */
const ASKED_LAST = new RegExp(
  `^(?:(?:and|also|then|so|but|ok(?:ay)?)[\\s,]+)?(?:${CHANGE}\\b.{1,100}|(?:an? )?(?:v\\d+|new version|re-?spin|re-?send)),? (?:please|pls)(?:[\\s.:!]*$|, so )`,
  'i',
);
const CAN_YOU = new RegExp(
  `\\b(?:can|could|would|will) you(?: all)?(?: please)?(?: also| instead| just| maybe| perhaps)? ${CHANGE}\\b`,
  'i',
);
/** A request to explain asks for a change only if the explanation should be in the patch. */
const EXPLAIN =
  /\b(?:please,? (?:also |just )?|(?:can|could|would|will) you (?:please )?(?:also )?)(?:explain|elaborate|clarify|justify)\b(?=.{0,120}\b(?:commit|change-?log|log|message|comment|description|cover|subject|documentation|binding)\b)/i;
/** Parts of a patch about which a reviewer says how they should be. */
const PART =
  '(?:this|it|that|patch(?:es)?|these|those|subject|changelog|commit|message|log|description|title|names?|functions?|lines?|code|here|which|compatible|property|variables?|macros?|struct|values?|checks?|comments?|driver|series|headers?|includes?|labels?|nodes?|bindings?|files?|words?|paragraph|sentence|alignment|indentation|braces?|whitespace|tag|options?|symbol|prefix|type|arguments?|parameters?|flags?|solution)';
/** The patch, or the lines quoted from it. "The code" may mean older code. */
const ALL_OF_IT =
  '(?<!\\b(?:when|if|whether|where|unless|until|why|how) )(?:this|it|(?:this|the) (?:whole )?(?:patch|change|fix|approach|thing)|this (?:check|code|function|description|comment|logic))';
/** "Not right now" is about a time, "not correct to call it here" about any such call: neither is about the patch. */
const NOT_OF_NOW = '(?! to (?!me\\b|us\\b)| (?:now|away|here)\\b)';
/** How the patch should be, or what is wrong with it. */
const SHOULD = new RegExp(
  [
    `\\b(?:you (?:should|better|need to|must|have to|forgot|missed|still need)`,
    `${PART} (?:should|needs? to|has to(?! do\\b)|ought to)(?! not (?:\\w+ )?be (?:\\w+ ){0,2}(?:a|any|possible|able)\\b)`,
    '(?:but|and|it|which) needs to be',
    `${PART} (?:needs (?:a|an|some|more)(?! (?:response|review|ack|answer|reply|test|look|maintainer))|must (?:not|go|use|have|come|stay|return|handle|check|match))`,
    `${ALL_OF_IT} (?:is|looks|seems) (?:(?:just|simply|completely|totally|also|still|clearly|really) )?(?:wrong|broken|bogus|racy|buggy|(?:incorrect|not (?:quite |really |even )?(?:correct|right))${NOT_OF_NOW})`,
    `${ALL_OF_IT} (?:isn't|is not|(?:doesn't|does not) (?:look|seem)) (?:quite |really |entirely )?(?:correct|right)${NOT_OF_NOW}`,
    "(?:this|it|which|patch|series|that|code) (?:won't|doesn't|does not|fails to) (?:even )?(?:work|compile|build)",
    '(?:get|see|seeing|got|gives?|hit) (?:\\w+ ){0,2}(?:compile|compilation|build) (?:error|failure|warning)s?',
    `${PART} (?:is|are) missing`,
    "I(?:'d| would) (?:(?:prefer|rather)(?! (?:wait|have|see|not have|keep an|hear))|like to see (?:a|an|the|some|more|this)|suggest|drop|use|just|also|call|make|rename|move|split|add|remove|put|keep|cast)",
    'better to',
    'would (?:be (?:better|cleaner)|make (?:more|better) sense)',
    `(?:${PART}(?<!which|it|that)|(?:this|these|that|those) \\w+|^(?:it|that)) (?:is|are|looks?|seems?) (?:redundant|unnecessary|superfluous|unneeded|pointless|not (?:needed|necessary|required))`,
    `(?:this|it|that|patch|change|series) (?:will |would |may |might )?breaks? (?:the|all|every|some|existing|any)`,
    "you(?:'re| are) (?:breaking|leaking|introducing|missing)",
    "(?:does not|doesn't|do not|don't) (?:really )?belong (?:in )?(?:here|there|to|in)",
    '(?:this|it|that) (?:will |would )?requires? (?:a|an|another|some) (?!while|lot|bit)',
    'you can (?:just |also |simply )?(?:drop|remove|move|replace|simplify|avoid)|you can (?:just|also|simply) use)\\b',
  ].join('|'),
  'i',
);
/** "Not needed", or "missing": at the start of a sentence it is about the line above. */
const LACK =
  /^(?:(?:and|also|so|here|again)[\s,.:!-]+)?(?:there(?:'s| is) )?(?:no need (?:to|for)(?! (?:re-?spin|re-?send|re-?post|(?:a |an )?(?:new|v\d)))|missing (?:a |the |an )?\w+)/i;
/** "s/from/to/" */
const EDIT = /(?:^|\s)s\/[^/\s]+\/[^/\s]*\//;
/** What a tester did, and then saw; neither asks for a change. */
const TESTER =
  /^(?:hi|so|and|ok)?,? ?(?:i|we)(?:'ve| have)? (?:just |now |also )?(?:applied|tested|tried|built|booted|ran)\b/i;
/** A suggestion in the form of a question. */
const SUGGESTED = new RegExp(
  `(?:^|[,.;] |\\b(?:and|so|but|then) )(?:can we(?=.{0,80}\\binstead\\b)|(?:how|what) about|why not|why don't you)(?: you)?(?: just| also| simply)? (?:\\w+ing\\b|${CHANGE}\\b)`,
  'i',
);
/**
 * Each match of ASKED, CAN_YOU, EXPLAIN, SUGGESTED and SHOULD contains one of these words. Four of five sentences have none, and skip
 * all five patterns. In alphabetical order, because V8 then tries words with the same first letters together: 190 ns instead of 310.
 */
const HINT =
  /\b(?:belong|better|bogus|break|broken|buggy|build|can we|can you |compil|could you |does not look|doesn't look|forgot|has to|have to|how about|I'd|incorrect|introducing|is not|isn't|leaking|missed|missing|must|need|not (?:correct|even|necess|quite|really|right)|ought|please|pls|pointless|racy|redundant|require|should|superfl|unne|what about|why don't|why not|will you |work|would|wrong|you can)/i;
/** "Use tabs here.", "Don't cast it.": a command with its object. */
const COMMAND =
  /^(?:(?:and|also|then|so|just|again|ditto|here|rather|yes|yeah|no|nope|ok(?:ay)?)[\s,.:!-]+){0,2}(?:do not|don't|never|avoid|use|add|remove|drop|delete|split|move|rename|fix|make|replace|convert|document|squash|fold|sort|align|wrap|switch|get rid of|put|change|update|merge|mention|re-?(?:post|send|spin|base|submit)|need to \w+)\s+(?:to\s+)?(?:(?:a|an|the|this|that|these|those|it|them|your|all|both|any|some|one|here|each|every)(?![\w])|\w+_\w+|\w+\(\)|['"`]|(?:use|add|do|make|put|call|mix|break|split|touch|change|introduce|open|hard)\b|(?:only |proper )?(?:tabs?|spaces?|blank|empty))/i;
/** A request for a case that may not occur. */
const CASE =
  /^(?:(?:and|but|so|also|then)[\s,]+)?(?:if|in case|once|unless|should you|whenever|when (?:you|it|that|this|the))\b|\b(?:if (?:you (?:re-?send|re-?spin|re-?post|agree|like|want|prefer|have to|need to|do (?:a|another)|ever|get|think|can)|(?:this|that|it|there)(?: is|'s)|possible|needed|necessary|so\b|not\b)|when (?:that|this|it) (?:is|happens)|once\b|unless\b|in case\b)/i;
const NOT_ASKED =
  /^no,? (?:please )?(?:keep|leave)\b|\b(?:apply|queue|pull|(?:don't|do not) (?:merge|take)|let me know|feel free|cc |keep me|keep us|top[- ]?post\w*|trim|(?:in|for) (?:the )?future|(?:below|following) tags?|(?:tested|reviewed|acked|developed)[- ]by|co-?developed|next time|in cc|on cc|mailer|mail client|(?:previous|earlier|html) (?:e-?)?mails?|e-?mail client|find attached|look at|take a look|correct me|comments? welcome|ignore|(?:follow|separate)[- ]?up patch|later patch|on top\b|as a follow|incremental)\b/i;
const GAVE_IN =
  /^(?:(?:ok(?:ay)?|sure|right|yes|yep|yeah|agreed?d?|oops|good (?:catch|point|idea|spot|suggestion)|nice catch|thanks?(?: you)?(?: for [\w' ]{1,40})?|ah|oh|hmm|sorry|my (?:bad|mistake)|absolutely|indeed|true|fair enough|got it|makes sense|you(?:'re| are) right|no problem|so|and|then|also|alright|understood|noted|ack|of course|certainly|fine|well|great|hi \w+|i see|i agree|i think)[\s,.:!-]+){0,5}(?:(?:i|we)(?:'ll| will|'m going to| am going to| shall| plan to)|will|going to|let me)\s+(?:(?:also|just|then|definitely|certainly|surely|try to|go ahead and|then|be|of course|gladly|respin|re-?send|it|that|and|probably)\s+){0,3}(?:fix|do|change|update|correct|add|remove|address|respin|re-?spin|resend|re-?send|rework|re-?work|drop|use|make|move|rename|name|split|include|send (?:a |an |out |the )?(?:v\d|new|updated|update\b|next|another|fixed|revised)|post (?:a |an |the )?(?:v\d|new|updated|next)|rewrite|rebase|modify|take care|incorporate|adjust|clean|fold|squash|merge|replace|convert|put|improve|reword|rephrase|amend|repost|submit|prepare|document|mention|follow (?:your|the)|switch|revise|implement|reorder|simplify|delete|adopt|get rid)\b/i;
const GAVE_IN_SHORT =
  /^(?:(?:ok(?:ay)?|sure|right|yes|yep|thanks|agreed|good catch|sure thing)[\s,.:!-]+){0,3}(?:(?:i )?will do|will fix|will change|will update|will be (?:fixed|changed|done|addressed|updated|corrected|removed|added) in|(?:fixed|done|changed|addressed|updated|removed|added|corrected|dropped) (?:it |this |that )?(?:in|for) (?:v\d|the next|next|my|patch v)|(?:fixed|done)\s*[.!]?$|(?:understood,? )?(?:sending|posting|preparing|working on) (?:a |the )?(?:v\d|new (?:version|patch|revision|one)|next version)|(?:a )?(?:v\d|new version|next version) (?:will follow|is coming|coming|to follow)|will (?:send|post|respin|re-?spin|resend|submit) )/i;

/** An optional request: a matter of taste, or not urgent. */
const OPTIONAL =
  /\b(?:(?:no|not|n't|don't|never) (?:\w+ ){0,2}need(?:ed)? to (?:\w+ )?(?:re-?spin|re-?send|re-?post|re-?do)|up to you|your (?:call|choice|decision|preference)|(?:two|2|my) cents?|not a (?:blocker|big deal|show[- ]?stopper|must)|optional(?:ly)?|bike-?shed\w*|no strong (?:opinion|feelings?|preference)|don't feel strongly|(?:personal|matter of) (?:taste|preference)|(?:won't|don't|not going to) insist|not worth a (?:re-?spin|new|v\d)|(?:can|could|may) be (?:done|fixed|changed|improved|cleaned up|addressed) (?:later|separately|afterwards|on top|while applying|when applying))\b/i;
/** Thinking aloud, or a small remark. It counts as a request only if the author promises a change. */
const HEDGED =
  /\b(?:may ?be|perhaps|might|probably|could|possibly|i(?:'m| am)? (?:just )?(?:wonder(?:ing)?|guess)|not (?:entirely |quite |really )?sure|nit(?:s|picks?|picking)?|minor|typos?|in an ideal world|ideally|would (?:have )?love)\b/i;

/** Whether the hedge is before the request, or is the request. */
function isHedged(sentence: string, request: RegExp): boolean {
  const found = request.exec(sentence);
  return HEDGED.test(found ? sentence.slice(0, found.index + found[0].length) : sentence);
}

/** "I'll give it a go in v5": a promise for the next version, with any verb. */
const GAVE_IN_NEXT =
  /(?:^|[,;.] )(?:i|we)(?:'ll| will| shall)(?: \w+){1,10} in (?:(?:the|my) )?(?:v\d|next (?:version|revision|spin|iteration|round))\b/i;
/** "That fails on older machines, so I'll drop this part": a promise at the end of a sentence. */
const GAVE_IN_LAST =
  /[,;] (?:(?:so|and|therefore|hence|thus|then) )?(?:(?:(?:i|we)(?:'ll| will)|will)\s+)(?:(?:also|just|then|definitely|certainly)\s+)?(?:fix|change|update|correct|address|rework|drop|remove|rename|add|move|replace|adjust) (?:that|it|this|these|them|those)(?: (?:part|one|change|up|out|then|too|as well|accordingly|bit|patch|in v\d+))*\s*(?:[.!](?:\s|$)|$)/i;
/** A quick test, which most sentences fail: each of the four contains one of these. */
const PROMISES =
  /\bwill\b|'ll\b|going to|shall|plan to|let me|fixed|done|changed|addressed|updated|removed|added|corrected|dropped|sending|posting|preparing|working on|\bv\d|(?:new|next) version/i;
/** A polite opening of a promise. The promise holds whatever the answer is. */
const POLITE = /^(?:btw,? )?if you don'?t mind,? /i;
/** "I'll fix it, in the meantime I tested this": the second part says nothing about the promise. */
const BESIDES = /, (?:in the meantime|meanwhile|while (?:i|we)|and (?:i|we)(?:'ve| have)) .*$/i;

/** Work that an author does unasked, or did already: it shows a request only if one was found. */
const OF_ONESELF =
  /^(?:fixed|done)|\b(?:let me|lemme)\b|\bre-?(?:send|post)\b(?: \w+){0,3} with (?:\w+ ){0,2}(?:tags?|change-?logs?|acks?|cc)/i;

/** A promise to somebody other than a reviewer of the patch, or not made yet. */
const NOT_GIVEN_IN =
  /\b(?:if (?:you|it|that|this|there|needed|anyone|nobody|no one|yes|so)\b|unless|separate(?:ly)? (?:patch|series)|follow-?up|later|pull request|send-?e?-?mail|mail (?:agent|client)|mailer|plain text|from now on|(?:in|for) (?:the )?future|next time|test(?:ing)? (?:it|this)|try|check|look|investigate|get back|think|wait|see if)\b/i;

/** A request, or a promise to do what was asked. Exclusions are checked last, since few sentences get that far. */
export function requestIn(sentence: string): Act | null {
  const isAsking = isQuestion(sentence);
  const promise = isAsking || !PROMISES.test(sentence) ? null : promiseIn(sentence);
  if (promise) return promise;
  const isHinted = HINT.test(sentence);
  const isPlain = isHinted && [ASKED, ASKED_TOO, ASKED_LAST, CAN_YOU, EXPLAIN].some((asked) => asked.test(sentence));
  const isRequest = isPlain || (isHinted && isSuggested(sentence)) || (!isAsking && isWanted(sentence, isHinted));
  if (!isRequest || [NOT_ASKED, CASE, TESTER, OPTIONAL].some((none) => none.test(sentence))) return null;
  return act('asked', '', isPlain);
}

function promiseIn(sentence: string): Act | null {
  const said = sentence.replace(POLITE, '').replace(BESIDES, '');
  const isGiven = [GAVE_IN, GAVE_IN_SHORT, GAVE_IN_NEXT, GAVE_IN_LAST].some((gaveIn) => gaveIn.test(said));
  return isGiven && !NOT_GIVEN_IN.test(said) ? act('gaveIn', '', !OF_ONESELF.test(said)) : null;
}

const isSuggested = (sentence: string) => SUGGESTED.test(sentence) && !isHedged(sentence, SUGGESTED);

const isWanted = (sentence: string, isHinted: boolean) =>
  (COMMAND.test(sentence) ||
    LACK.test(sentence) ||
    (sentence.includes('s/') && EDIT.test(sentence)) ||
    (isHinted && SHOULD.test(sentence) && !FINE.test(sentence))) &&
  !isHedged(sentence, SHOULD);

/** Words of duty that do not ask the patch's author for anything. */
const FINE =
  /\b(?:(?:should|has to) (?:already|still|always|now|never|both|all|at least|hopefully|not be (?:available|possible|a problem|reached|called|hit|needed|affected|visible|seen|an issue))|should be (?:fine|ok|good|available|visible|there|rare|clear|obvious|gone|fixed|unaffected|reachable|caught|impossible|safe|harmless|enough|sufficient|applied|queued|merged(?! (?:with|into (?!v?\d+\.|linus|mainline|upstream|(?:the )?next\b)))|taken|able|the same|possible|no)|i (?:should|need to|must|have to|missed|forgot)|we should (?:be|wait|see)|(?:what|which|how|where|who|whether) (?:\w+ )?should|(?:problem|issue|bug)s? (?:that |which )?needs?|must (?:be (?:wrong|a|an|some|the case|that|missing something)|have)|(?:good|nice|great) to (?:get (?:this|it)|hear|know|understand)|would be (?:nice|good|great) if (?:this|it|we)|^i (?:expect|assume|understand|get)|my understanding|in theory|according to)\b/i;

const APPROVED =
  /^(?:(?:ok(?:ay)?|great|good|thanks?|thank you|yes|right|fine|alright|nice|then|so|fair enough|hmm|well|cool|i see|got it|ah)[\s,.:!-]+){0,4}(?:(?:this |it |that |v\d+ |now |the (?:patch|series) |all |everything )?(?:looks?|is|seems?|works?) (?:now )?(?:good|fine|ok(?:ay)?|great|correct|right|perfect)(?: (?:to|with|by|for) me)?(?: now| then)?|(?:i )?withdraw my (?:na[c]?k|objection)|(?:i(?:'m| am) )?(?:fine|ok(?:ay)?|happy) with (?:it|this|that|the patch|v\d+)(?: (?:now|then|as (?:it )?is))?|no (?:more |further )?objections?(?: from (?:me|my side))?|lgtm|(?:it|this) (?:worked(?: (?:fine|well|great))?|works(?: (?:fine|well|great))?(?: (?:now|for me|here))+)(?: and the \w+ (?:is|are) (?:gone|fixed|solved)\b.*)?)\s*(?:$|[.!;]|,(?! (?:but|though|however)\b))/i;

/** A reviewer takes back an objection: they misread the patch, or are convinced. */
const TAKEN_BACK =
  /^(?:(?:oh|ah|ok(?:ay)?|sorry|oops|hmm|right|argh|duh|yes|no|well|indeed|so|please|and|but|actually|hi|scratch that)[\s,.:!-]+){0,4}(?:(?:please )?(?:ignore|forget|disregard) (?:me|my (?:comments?|remarks?|nac?k|objections?|last|previous|questions?|concerns?)|what i (?:said|wrote))|i(?:'ve| have)? (?:misread|misunderstood|mis-?interpreted|overlooked|was (?:wrong|mistaken|confused)|stand corrected|take (?:it|that|this|my (?:\w+ )?(?:nac?k|comments?|objections?|remarks?)) back)|never ?mind(?: me)?|false alarm|my (?:nac?k|objection|concern)s? (?:is|are) (?:withdrawn|gone|resolved)|i (?:have )?no (?:more |further )?(?:objections?|concerns|comments))\b/i;

/** A reviewer's statement that they are satisfied now. */
export function approvalIn(sentence: string): Act | null {
  return !isQuestion(sentence) && (APPROVED.test(sentence) || TAKEN_BACK.test(sentence)) ? act('tookBack', '') : null;
}
