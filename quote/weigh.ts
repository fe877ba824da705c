/**
 * What a sentence does in a debate, guessed from kinds of words. Only used to choose what to quote, never to say anything about
 * a person.
 */
export interface Weighed {
  /** Disagreement, a doubt, what could go wrong. */
  objects: boolean;
  /** A measurement, a test, a crash, an observation. */
  measures: boolean;
  /** A cause, a consequence, a condition. */
  reasons: boolean;
  /** A plan, or the result. */
  decides: boolean;
  asks: boolean;
  /** The end of a debate: a promise to change something, agreement to merge it, a final finding. */
  settles: boolean;
}

const OBJECTS =
  /\b(?:but|however|nak|nack|wrong|incorrect|broken?|breaks?|bug|buggy|problem(?:s|atic)?|issues?|concern(?:s|ed)?|worr(?:y|ied)|regress\w*|racy|races?|dangerous|fragile|unsafe|confusing|misleading|pointless|redundant|unnecessary|overkill|ugly|insane|silly|instead|rather|unless|disagree|object(?:ion)?|not (?:sure|convinced|clear|right|true|correct|enough|needed|necessary|possible|work)|should(?:n't| not)|do(?:n't| not)|does(?:n't| not)|did(?:n't| not)|ca(?:n't|nnot)|can not|wo(?:n't)|would(?:n't| not)|is(?:n't| not)|are(?:n't| not)|was(?:n't| not)|could(?:n't| not)|no (?:reason|need|point|way)|never|fails?|too (?:late|early|much|many|big|large|slow|small)|what if|why (?:not|do|does|is|are|would|should)|miss(?:es|ing)?|lacks?|lost|lose|limit(?:s|ed|ation)?)\b/i;
const MEASURES =
  /\b(?:\d+(?:\.\d+)?\s?(?:%|percent\b|[munµ]?s(?:ec(?:onds?)?)?\b|[kmg]?hz\b|[kmgt]i?b\b|fps\b|watts?\b|times\b|cycles\b|hours?\b|minutes\b|seconds\b|tests?\b|runs?\b|degrees\b)|tested|measured|bench\w*|reproduc\w+|bisect\w*|results?|numbers|observ\w+|panic\w*|oops\w*|crash\w*|hangs?|hung|stall\w*|splat|back-?trace|stack trace|warning|verified|confirmed|works?(?: now| fine| for me| as expected)?|boots?|booted|slower|faster|regress\w*)\b/i;
const REASONS =
  /\b(?:because|since|so that|therefore|thus|hence|due to|reasons?|means?|otherwise|which (?:is|means|makes|causes|leads)|causes?|leads? to|as (?:a result|long as)|in order to|if|when|unless|then|allows?|ensures?|prevents?|avoids?|needs? to|must|have to|has to|only|point is|idea (?:is|was|behind)|on the other hand|whether|even (?:if|though)|actually|basically)\b/i;
const DECIDES =
  /\b(?:(?:i|we)(?:'ll| will| would| am going to|'m going to)|will (?:fix|do|send|change|drop|post|add|rework|respin)|let's|should (?:be|go|use|do|have)|agreed?|agreement|prefer|suggest\w*|propos\w+|go with|fixe[sd]|applied|queued|merged?|drop(?:ped)?|in v\d+|next version|conclusion|in summary|summar\w+|fine with|happy to|tempted|please (?:use|drop|add|fix|make|move|split|remove)|makes sense)\b/i;

const SETTLES =
  /(?:\b|^)(?:(?:\b(?:i|we)(?:'ll| will)\b|^(?:ok(?:ay)?, |yes, )?will\b).{0,40}\b(?:fix|drop|change|remove|respin|rework|add|integrate|update|rename|switch|convert|move|correct|go with|keep)\b|better to (?:drop|keep|leave)|works for me|(?:changing|fixing|fixed|changed?|fix|add it|do that) (?:it |that |this |part )?in (?:v\d|the next|next)|(?:tempted|going|ready|happy|like) to (?:just )?(?:merge|apply|take)|no (?:longer an )?(?:objections?|issue)|never was an? (?:issue|problem)|(?:we are|are in|in) agreement|we agree|(?:it|this|that|everything|driver|patch) (?:now )?(?:works|is working|fixes)|works now|(?:the|this) issue is (?:not there|gone|fixed)|i(?:'d| would) (?:then )?suggest|only (?:sensible|sane|right|way)|let's (?:go|keep|leave|drop|do)|(?:we|i) (?:think we )?should (?:keep|drop|leave|go|ignore)|over ?all|in (?:summary|conclusion)|(?:right|good|better|best|wrong) (?:approach|way|direction|thing to do|place))\b/i;

/** What a sentence does: several acts, or none that is recognised. */
export const weigh = (sentence: string): Weighed => ({
  objects: OBJECTS.test(sentence),
  measures: MEASURES.test(sentence),
  reasons: REASONS.test(sentence),
  decides: DECIDES.test(sentence),
  asks: sentence.endsWith('?'),
  settles: SETTLES.test(sentence),
});

/** Whether a sentence says what was measured or seen, not what might be. */
export const isSeen = (sentence: string): boolean =>
  /\b(?:tested|measured|reproduced|bisected|bench\w*|observed|splat|back-?trace)\b/i.test(sentence) ||
  (/\d/.test(sentence) && MEASURES.test(sentence));

/** Greetings, thanks, apologies and farewells. */
const COURTESY =
  /^\W*(?:(?:hi|hello|hey|dear|thanks?|thx|thank you|many thanks|cheers|regards|best|sorry|apologies|great|good (?:news|catch|point|idea|suggestion|question)|nice|cool|wow|welcome|happy holidays|congrat\w*|np|no problem|hth|hope (?:this|that|it) helps?|any (?:ideas?|thoughts?|comments?|suggestions?)|(?:what do|your|do) you (?:think|thoughts)|thoughts|ideas welcome|ok(?:ay)?|o\.k\.|yes|yep|yup|yeah|sure|exactly|indeed|done|ack|will do|got it|i see|me too|same here|as above|ditto|see (?:below|above|inline)|(?:comments|replies) (?:inline|below)|sounds? good|makes? sense|fair enough|looks good|lgtm|never ?mind)\b)/i;
/** Other words that a sentence of courtesy may have. */
const COURTESY_WORDS = 7;
/** A longer sentence gives reasons, even if it is about handling mails. */
const LONG = 22;
/** A sentence that promises a change is not an aside. */
const PROMISE = /\b(?:will|'ll) (?:fix|drop|change|rework|remove|add)\b/i;
/** Handling of mail and of time, whatever else the sentence says. */
const MAILING =
  /\b(?:plain text|top.?post\w*|bottom.?post\w*|trim your|out of (?:the )?office|on (?:leave|vacation|holidays?)|holidays?|confidential|intended recipient|do you mind trying|todo list|(?:come|get) back to (?:you|this|it)|later date|waste of time|attach(?:ed|ments?)?|tar-?ball|see <?https?:|gentle reminder)\b/i;
/** Handling of patches, trees and style, and work for some later time. */
const LOGISTICS =
  /\b(?:re-?send(?:ing)?|plain text|top.?post\w*|bottom.?post\w*|trim your|mailing list|cc(?:'?ed|'?ing| list)?\b(?! core)|in cc|adding .{1,30} to|out of (?:the )?office|on (?:leave|vacation|holidays?)|holidays?|busy|back-?log|cover letter|checkpatch|white-?space|trailing|typos?|nit(?:s|pick\w*)?|spelling|grammar|indent\w*|alignment|blank lines?|empty line|linebreaks?|line breaks?|newline|alphabetical\w*|reverse (?:fir|christmas|xmas)|coding style|commit (?:message|log|text)|subject (?:line|prefix)|(?:fixes|reviewed-by|acked-by|signed-off-by|tested-by) tags?|your signed-off|git (?:clone|log|grep|blame|config|send-email|format-patch)|gitconfig|patchwork|b4|attach(?:ed|ments?)?|to-?do list|(?:can|could|would|do) you (?:please )?(?:mind|take this|try|test|provide|share|send|attach|check|upload|elaborate|give)|please (?:share|try|test|send|provide|check)|if you (?:haven't|have not) tried|to reproduce|tar-?ball|uploaded?|i'?ve cc|s\/[^/ ]+\/|this patch(?: set)? (?:is )?(?:depends|based|applies) on|based on (?:top of|linus|tip|next|v\d)|rebased?|available (?:at|in the)|also available|link to v\d|changes (?:since|in|wrt)|v\d can be seen|confidential|intended recipient|(?:come|get) back to (?:you|this|it)|(?:in )?a (?:couple of|few) (?:days|weeks)|later date|tomorrow|next week|this week|let me know|feel free|please (?:review|comment|holler|correct me|find)|correct me if|any (?:help|input|feedback)|welcomed|appreciated?|waste of time|wasting|profess?ional attitude|let me (?:paste|see|check|look)|taking a look|i'?ll (?:have a|take a) look|will (?:take a )?look|more test(?:s|ing) pending|ping|gentle reminder|re-?phrase|reword|changelogs?)\b|\bs\/[^/\s]+\/[^/\s]*\/|https?:\/\/\S+\s*$/i;

/** Whether a sentence is courtesy, or about handling mails and patches, and so not worth quoting. */
export function isAside(sentence: string): boolean {
  const words = sentence.match(/[\p{L}\p{N}'’]+/gu) ?? [];
  if (/^\W*(?:sorry|apologies)\b/i.test(sentence)) return true;
  const settles = SETTLES.test(sentence);
  if (settles && PROMISE.test(sentence)) return false;
  return (
    (!settles && COURTESY.test(sentence) && words.length <= COURTESY_WORDS) ||
    MAILING.test(sentence) ||
    (LOGISTICS.test(sentence) && words.length <= LONG)
  );
}

/** Whether a sentence only introduces a list, code or a link below it. */
export const introduces = (sentence: string): boolean => /[:,;]\s*$/.test(sentence);
