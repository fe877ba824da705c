import { type Act, act, isQuestion } from './act';

const NAK =
  /^(?:(?:so|sorry|but|hence|therefore|thus|then|that's|this is|it's|still|a|an|big|huge|strong|hard|soft|clear|no|well|and|ok|yes|again|also|definite|absolute|another|my|basically|in any case|have to|going to|'ll have to|i'm afraid|i am afraid|here's|consider this|from me|i|i'll|i'll have to|i have to|i must|i will|i am|we)[\s,.:!-]+){0,6}(?:[Nn][Aa][Cc]?[Kk](?:ed|'d|ing)?|[Nn]ot[ -][Aa]ck(?:ed)?(?= (?:of|for|to|from)))(?:$|[.!,;:()]|\s+(?:from|by|of|to|on|for|until|unless|as|because|this|these|the|it|that|again|still|in its|patch|series|as-is|here|since|too|so|and|-|–)\b)/i;
const WONT =
  /^(?:(?:so|sorry|but|hence|therefore|thus|no|well|and|then|also|again|unfortunately|anyway|i'm afraid|that said)[\s,.:!-]+){0,4}(?:i|we)(?:'m| am| will|'ll|'re| are| do| shall)?\s*(?:(?:really|just|certainly|definitely|absolutely|simply|still)\s+)?(?:not going to|not (?:apply|tak|merg|pick)ing?|won't(?: be)?|will not(?: be)?|refuse to|am not willing to|reject(?:ing)?)\s*(?:to\s+)?(?:apply|take|merge|pick|accept|applying|taking|merging|queue|ack|pull)?(?:ing)?(?: up)?\s+(?:this|these|it|them|that|the (?:patch|series)|your|such|any of)\b(?! liter)/i;

const NAK_NOUN =
  /\b(?:a|an|my|big|fat|strong|clear|hard|firm)\s+(?:\w+\s+){0,2}NAC?K\b(?:\s+(?:from (?:me|my side)|on (?:this|these|that|it)|for (?:this|these|that)|stands)|\s*[.!]?$)/i;

/** "I oppose this change", "I'm against the patch": about the whole patch, in the first person. */
const OPPOSED =
  /^(?:(?:so|sorry|but|hence|no|well|and|then|also|still|again)[\s,.:!-]+){0,3}i(?: (?:do|really|strongly|fully|also|still|would))*(?:'m| am)?(?: (?:strongly|totally|firmly|still|also))? (?:oppose(?:d to)?|object to|against|disagree with) (?:(?:merging|taking|applying|adding|having|the idea of) )?(?:this|the|these|such|that)(?: (?!of\b)\w+){0,2} (?:patch(?:es)?|series|change|changes|rename|renaming|revert|patchset)\b/i;

/** "No, we won't be doing that", "my answer to this is no", "this series is going nowhere". */
const NO =
  /^(?:(?:sorry|so|and|well)[\s,.:!-]+){0,2}(?:no(?:pe)?[\s,.:!-]+(?:sorry[\s,.:!-]+)?(?:we|i)(?:'re| are|'m| am)? ?(?:won't|will not|not going to|are not|not)(?: be)? (?:do(?:ing)?|add(?:ing)?|support(?:ing)?) (?:that|this|it)(?: any ?more)?|i(?:'ve| have)? (?:already )?said ["'*]?no["'*]? (?:to|on) (?:this|that|it|these)\b|(?:my|the|our) answer (?:to (?:this|that|it) )?(?:is|remains)(?: still)?(?: a)? \*?no\b|(?:this|the) (?:set of patches|patch(?:es|set)?|series) (?:is|are) (?:going nowhere|not going (?:anywhere|in|to be (?:applied|merged|taken|accepted))))/i;

/** "So no, it can't be made", "this is unacceptable": the whole change is declared impossible. A conflict with a tree does not count. */
const IMPOSSIBLE =
  /^(?:(?:so|sorry|no|but|hence|thus|therefore|and|well)[\s,.:!-]+){0,4}(?:it|this|that|(?:this|the|your) (?:patch(?:set)?|series|change|approach)|the change you(?:'re| are) proposing) (?:(?:simply|just|really|clearly) )?(?:(?:can(?:no|')t|can not) (?:simply |just )?be (?:made|done like this|applied|merged|taken|accepted)(?! (?:to|on|onto|cleanly|because of (?:a |merge )?conflict|due to (?:a |merge )?conflict|until|before|yet))|is (?:(?:simply|just|totally|completely|absolutely) )?(?:unacceptable|not acceptable|out of the question))\b/i;

/** NAK as a term of a bus or protocol, and words about a NAK that is not given here. */
const NO_REFUSAL =
  /\b(?:would|could|might|if i|i2c|smbus|bit|byte|ack\/nak|ack or nak|returns?|interrupt|irq|not a|isn't|got|received|previous(?:ly)?|earlier|his|her|their|your|someone|nobody|for (?:the )?rename)\b/i;

/** A bare NAK, or "self-NAK". From a patch's author no other form counts, since authors also argue about other ideas. */
const BARE =
  /^(?:(?:oops|ok(?:ay)?|sorry|so|then)[\s,.!-]+){0,2}(?:self[- ]?)?nac?k(?:ed|ing)?(?:\s*[.!]*$|\s+(?:by (?:me|myself)|(?:this|my|for this)(?: own)?(?: (?:patch|series|set|one))?)\b|\s+(?:due to|because)\b)|^self[- ]?nac?k/i;

/** Quick tests, which most sentences fail: each refusal contains one of the first words, each removal one of the second. */
const REFUSES =
  /\bno(?:t|pe)?\b|nowhere|n't|cannot|acceptable|out of the|nac?k|refuse|reject|oppose|object to|against|disagree/i;
const REMOVES =
  /ignore|disregard|discard|drop|scratch|forget|skip|(?:don't|do not) (?:apply|take|merge)|withdr|retract|abandon|nak|needed|necessary|required|relevant|obsolete|superseded|moot|pointless|bogus|invalid|redundant|superfluous|sense|(?:take|use|go with|keep) (?:your|his|her|their|\w+'s)|remove|zap|revert|back(?:ed|ing) |unqueued/i;

/** A NAK in the first person, or a statement that somebody will not take the patch. */
export function refusalIn(sentence: string): Act | null {
  if (!REFUSES.test(sentence) || isQuestion(sentence)) return null;
  const clauses = sentence
    .replace(/^self[- ]/i, '')
    .split(/[,;:]\s+|\s+[-–—]{1,2}\s+|\s+(?:and|but|so)\s+(?=(?:no\b|i\b|i'|nac?k|it\b|this\b|that\b))/i)
    .slice(0, 8);
  if (NO.test(sentence) && !/\b(?:until|unless|if|yet)\b/i.test(sentence)) return act('refused', sentence);
  if (
    clauses.some((clause) => IMPOSSIBLE.test(clause)) &&
    !/\b(?:until|unless|if|yet|as[- ]is|without|cleanly|conflicts?)\b/i.test(sentence)
  )
    return act('refused', sentence);
  if (
    /na[ck]|not[ -]ack/i.test(sentence) &&
    clauses.some(
      (clause) => NAK.test(clause) || (NAK_NOUN.test(clause) && !/(?<!^this|^that|^it) is an? /i.test(clause)),
    ) &&
    !NO_REFUSAL.test(sentence)
  )
    return act('refused', sentence, BARE.test(sentence));
  const isPartial = () =>
    /\b(?:until|unless|yet|before|if|without|as[- ]is|now|for \d|this (?:merge|cycle|late)|right now|at this (?:point|stage)|part|hunk)\b/i.test(
      sentence,
    );
  return clauses.some((clause) => WONT.test(clause) || OPPOSED.test(clause)) && !isPartial()
    ? act('refused', sentence)
    : null;
}

const WITHDRAWN =
  /^(?:(?:so|sorry|oops|but|ok(?:ay)?|please|pls|yes|right|hi|hello|all|and|then|hmm|just|sigh|self|kindly|well|indeed|thanks|argh|ah|oh|good (?:point|catch)|fair (?:point|enough)|my bad|let's|let us|you can|dear \w+)[\s,.:!-]+){0,5}(?:please |pls )?(?:ignore|disregard|discard|drop|scratch|forget(?: about)?|skip|don't (?:apply|take|merge)|do not (?:apply|take|merge))\s+(?:this|these|it|them|that|v\d+|(?:this|my|the|that|these|whole|entire) (?:(?:\w+) ){0,2}(?:patch(?:es|set|series)?|series|set|version|one|mail|e-?mail|submission|thread|RFC|request))(?:\s+(?:patch(?:es|set|series)?|series|version|one|set|mail|e-?mail|thread|for now|please|then|completely|too|as well|altogether|here|\d+\/\d+))*\s*(?:$|[.!,;:(–-])/i;
const I_WITHDRAW =
  /^(?:(?:so|sorry|oops|but|ok(?:ay)?|yes|right|and|then|hmm|well|thanks|fine|sure|hence|therefore|in that case|agreed|i (?:think|guess|suppose)(?: that)?)[\s,.:!-]+){0,4}(?:i|we)(?:'ll| will|'m| am|'d like to| would like to| have|'ve| want to| therefore| hereby|)\s*(?:going to |now |just |hereby |then )*(?:withdraw|withdrawn|withdrawing|retract|retracted|abandon|abandoned|abandoning|drop|dropping|dropped|discard)\s+(?:this|the|my|these|that|both)\s+(?:\w+ ){0,1}(?:patch(?:es|set)?|series|set|submission|pull request)\b(?!\s+(?:from|in v|in the next|for v))/i;

/** "So my patch is unnecessary", "this change isn't needed any more". */
const NEEDLESS =
  /^(?:(?:so|ok(?:ay)?|yes|right|then|well|and|hence|therefore|thus|indeed|ah|oh|thanks|you(?:'re| are) right|i see|i (?:think|guess|agree)(?: that)?|in that case|it (?:seems|turns out)(?: that)?|looks like|sorry|that means|which means|actually)[\s,.:!-]+){0,4}(?:my (?:\w+ )?(?:change|modification|fix|proposal|patch(?:es|set)?|series)|(?:this|the) (?:patch(?:es|set)?|series|submission))(?: set)? (?:here )?(?:(?:is|are|was|were|seems?|becomes?|would be|turns out to be) (?:(?:indeed|really|actually|then|therefore|thus|now|just|simply|totally|completely) ){0,2}(?:(?:no longer|not(?: really| actually)?) (?:needed|necessary|required|relevant)|unnecessary|unneeded|irrelevant|obsolete|superseded|moot|pointless|bogus|invalid|redundant|superfluous)|(?:isn't|aren't) (?:really |actually )?(?:needed|necessary|required|relevant)|can be (?:ignored|dropped|discarded|abandoned)|(?:doesn't|does not) make (?:any )?sense)\b/i;
/** The author prefers another person's patch: "just take your version", "let's go with yours". */
const YIELDED =
  /\b(?:might as well|let's|let us|please|you (?:can|could|should)|i(?:'d| would) (?:rather|prefer)(?: to)?|we (?:can|could|should)|better|happy to|fine to|sure,?|ok(?:ay)?,?|then|just)(?: (?:just|simply|then|instead|go ahead and)){0,2} (?:take|use|go with|keep)(?: (?:your|his|her|their|\w+'s) (?:version|patch(?:es)?|fix|series|one|approach instead)| yours\b)(?! (?:in|for|as a base|comment|suggest))/i;
/** "Drop my patch", by its author. */
const MINE =
  /^(?:(?:so|ok(?:ay)?|yes|right|sure|then|well|and|please|just|thanks|fine|you can|feel free to|let's)[\s,.:!-]+){0,5}(?:remove|drop|forget(?: about)?|discard|ignore|disregard|skip|zap|scratch) my (?:(?!v\d|previous|last|earlier|old|first)\w+ )?(?:patch(?:es|set)?|series|fix|change|version|submission)(?! (?:in|for|from|to)\b)(?![\w-])/i;
/** A conditional statement, or one about the next version, withdraws nothing. */
const NOT_NOW =
  /\b(?:if|unless|when|once|would you|should i|v\d|next (?:version|revision|spin)|re-?spin|re-?send|will (?:use|take|go)|from (?:the|this) (?:series|set)|comment|message|changelog|mail)\b/i;

/** A patch is withdrawn by its author, or removed by the keeper of a tree. */
export function removalIn(sentence: string): Act | null {
  if (!REMOVES.test(sentence) || isQuestion(sentence)) return null;
  if (
    WITHDRAWN.test(sentence) &&
    !(
      /(?:ignore|disregard|discard|drop|scratch|forget(?: about)?|skip) (?:this|it|that|them|these)(?! (?:patch|series|set|version|v\d|one|rfc))/i.test(
        sentence,
      ) && !/\b(?:please|pls|kindly|sorry|oops|then)\b/i.test(sentence)
    ) &&
    !/\b(?:if|unless|until|yet|when|part|line|hunk|comment|remark|function|below|above|noise|sign|typo|question|previous (?:e-?mail|mail|message|one|comment)|my (?:last )?(?:e-?mail|mail|message))\b/i.test(
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
  if ((NEEDLESS.test(sentence) || YIELDED.test(sentence) || MINE.test(sentence)) && !NOT_NOW.test(sentence))
    return act('withdrawn', sentence);
  return droppedIn(sentence);
}

/** The keeper of a tree removes a patch; states.ts checks whether it had been taken. */
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
