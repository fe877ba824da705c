import { type Act, isQuestion, scopeOf } from './act';

/** Words at the beginning of a sentence that say nothing about the patch. */
const OPENING =
  /(?:ok(?:ay)?|o\.k|great|good(?: (?:catch|point|stuff|work|job))?|nice(?: (?:catch|work|job|one))?|cool|right|fine|perfect|awesome|excellent|done|ditto|anyway|hi|hello|hey|dear|yes|yep|yeah|yup|sure|all ?right|alright|finally|so|and|then|well|fyi|btw|thanks?(?: you)?(?: a lot| again| both| all| everyone| very much| so much)?|thx|tnx|cheers|lgtm|sorry(?: for the (?:long |late )?(?:delay|reply|wait))?|as (?:discussed|agreed|requested)|no (?:problem|worries)|looks? (?:very )?(?:good|fine|ok(?:ay)?|great|sane|reasonable)(?: to me)?(?: now| too)?|it's|they're|this is|all(?! (?:two|three|four|five|six|seven|eight|nine|ten|\d+)\b))(?=[\s,.!:;()-]|$)[\s,.!:;()-]*/iy;
/** "To move forward I've committed ...": a purpose before the subject, unless it is a test. */
const PURPOSE =
  /(?:to|in order to|for) (?:(?!tests?\b|testing|try|check|verify|reproduce|see\b|debug)[\w'-]+ ){1,6}?(?=(?:i|we)(?:'ve|'d| have)\b)/iy;
/** Adverbs and auxiliaries between a subject and its verb. */
const AUXILIARY =
  /(?:now|already|also|just|finally|both|all|been|is|are|has|have|had|was|were|being|got|provisionally|tentatively|manually|hereby|this time)(?=[\s,]|$)[\s,]*/iy;
const PATCHES =
  /(?:(?:the|this|that|these|those|your|all|both|rest|remaining|of|in|from|my|a|an|v\d+)\s+){0,4}(?:(?!(?:applied|queued|merged|picked|pushed|taken|took|committed|pulled|added|dropped|i|we|with|without|after|before|when|once|if|as|until|unless|since|because|while|by|on|in|to|for|from|similar|another|no|any|some|every|each|are|is|run|after|whether|that|which|where)\s)[a-z0-9-]+\s+){0,2}(?:patch(?:es|set|sets|series)?|series|set|pull(?: request)?|commits?|fix(?:es)?|changes?|cleanups?|ones?|lot|stuff|rest|remaining|others|v\d+|version|PR)(?![\w-])(?:\s+(?:of|in|from)\s+(?:this|the|your|that)?\s*(?:series|set|patchset|patch set))?(?:\s+#?\d+(?:[-–,/&\s]{1,3}(?:(?:to|and|through)\s+)?#?\d+)*)?(?:\s*\([^)]{0,80}\))?[\s,]*/iy;
const PRONOUN =
  /(?:this|these|those|that|both|all(?: (?:two|three|four|five|six|seven|eight|nine|ten|\d+))?(?: of (?:them|these|this|it))?|everything|it|them|they)(?![\w'-])[\s,]*/iy;
const NUMBERED =
  /(?:patch(?:es)?\s+)?(?:#?\d+(?:\/\d+)?(?:[-–,&\s]{1,3}(?:(?:to|and|through)\s+)?#?\d+(?:\/\d+)?)*|v\d+|first (?:\w+)|rest|remainder)(?![\w.])[\s,]*/iy;
const FIRST_PERSON =
  /(?:i|we)(?:'ve|'d| have| had)?(?=\s)\s+(?:(?:just|now|already|also|have|went ahead|gone ahead|and|finally|since|then|tentatively|provisionally)\s+){0,4}/iy;
const DONE =
  /(applied|queued|merged|picked|pushed|taken|took|committed|pulled|added|staged|accepted|grabbed|landed|folded)(?![\w-])/iy;
const PLAN =
  /(?:(?:(?:i|we)(?:'ll| will| shall|'m going to| am going to|'m| am| can)|will|going to|let me|lemme)\s+(?:(?:just|now|then|also|go ahead and|be|directly|manually|probably)\s+){0,3}(?:(?:fix|remove|drop|change|update|rebase|reword|edit|tweak|adjust|squash|massage|amend|correct)(?:\s+(?!and\b)\w+){0,5}\s+and\s+(?:then\s+)?)?|)(apply|queue|take|merge|pick|push|applying|queuing|queueing|taking|merging|picking|pushing|add)(?![\w-])/iy;
/** "I'll fix the typo while applying" says in passing that the patch will be taken. */
const WHILE_TAKING =
  /^(?:.{0,60} )?(?:i|we)(?:'ll| will)\b.{1,60} (?:while|when) (?:applying|committing|merging|queuing|queueing)\b/i;
/** Two verbs for the same act: "reviewed and applied", "fixed up and pushed". */
const WITH_IT =
  /(?:acked|amended|reviewed|modified|massaged|tweaked|fixed(?: it)?(?: up)?|rebased|edited|squashed|reworded|changed|updated|tested|signed)(?:\s+and|,)\s+/iy;

/** Somebody tries the patch, or writes about something other than a tree. */
const TRIAL =
  /\b(?:on top of|into (?:patch )?#?\d+\/\d+|locally|local(?:ly)?|to test|for (?:a |my |some |local )?(?:test|tests|testing|try|review|debugging)|to (?:see|check|verify|reproduce|try)|cleanly|with (?:no |some )?(?:fuzz|offsets?|conflicts)|to base|internal(?:ly)?|downstream|we(?:'re| are)? us(?:e|ing)|to play with|for a (?:\w+ )?(?:spin|ride|test|run|try)|will be tested|into (?:the |my |your |this )?(?:original|previous|first|last|other|same) (?:one|patch|commit)|stress|a spin|test run|the gamble|using b4|my (?:system|machine|laptop|box|board|setup|local|kernel|test|build|work)|(?:and|then|but|so) (?:(?:i|it|they|we|the|this|that|all|also|now|can|re)[\s-]*){0,2}(?:test|verif|boot|build|built|compil|saw|see|got|get|run|ran|found|tried|retest|reproduc|confirm|work|fail|panic|crash|still|didn't|does|could|cannot|can't|hit|it's|check|notice|observ|measur)\w*)\b/i;
const TESTED_TREE =
  /^\s*(?:(?:it|this|them|these|that|(?:(?:the|your|this|these|v\d+|both|all|\d+) ){1,3}(?:patch(?:es)?|series|set|v\d+)|your v\d+|v\d+)\s+)?(?:to|on|onto|against|over|into|in)\s+(?:(?:the|a|an|latest|current|vanilla|upstream|clean|mainline|stable|linux|my|kernel|fresh|recent)\s+)*(?:v?\d+\.\d+[\w.-]*|linus'?s?|vanilla|upstream|mainline|master|kernel|linux(?:-next)?)(?:\s+(?:kernel|tree))?(?:\s*$|[\s.])/i;
const CONDITION =
  /\b(?:if|unless|once|until|assuming|provided|whether|as soon as|should|would|could|might|may|cannot|can't|don't|do not|not|never|won't|when|whenever|before|please|let's|needs?|wants?|had to|supposed|suggest|maybe|perhaps|think|guess|hope|waiting|ideally|in case|until|after)\b/i;
const HOLD =
  /\b(?:if|unless|once|until|assuming|provided|as soon as|when|whenever|after|later|tomorrow|next week|in case|without objections?|barring)\b/i;
/** "I applied your v10 and this call is ...": a test, with what was seen. */
const SEEN_AFTER =
  /^\s*(?:your|the|this|these) (?:\w+ ){0,2}(?:patch(?:es)?|series|set|v\d+) and (?:this|the|that|it|then|there|all|here|on)\b/i;
/** Words after the verb that show that it is not about the patch. */
const OTHER =
  /^\s*(?:together|care|from\b|into account|into consideration|literally|alone|back\b|over\b|aside|by\s+(?!hand|me\b|us\b|myself)|out\b|down|off\b|the same|(?:the|those|these) (?:fix(?:es)?|commits?)\b|up (?:this|the) work|to (?:all|each|every|any|both|other|user|the (?:driver|other|same|whole|code|register|hardware|kernel(?! tree))|do|be|get|make|have|you|me)\b|between|only (?:to|if|when)|at (?:boot|runtime|compile)|during|on (?:a|an|the|all|each|every|boot|my|top)\b|when|if\b|unless|once|before|a (?:similar|different|few|couple|while|look)|some|any\b|an\b|and (?:this|there|that)\b|your (?:comments?|suggestions?|feedback|review|remarks?|advice|changes? (?:to|in))|(?:the|all|these|those) (?:comments?|suggestions?|feedback|requested|suggested|review|remarks?|advice)|changes\b|comments|in (?:all|both|each|every|order|the (?:driver|code|kernel|same|past|future))|as (?:a (?:whole|result)|part|well as)|with (?:the (?:same|following (?:error|result))|\d+\/\d+|patch \d|git)|into (?:one|a single|patch|the (?:driver|code|previous|first|same)|\d+\/|\d+$)|in (?:v\d|the next (?:version|revision|spin)))/i;
const OBJECT_OR_PLACE =
  /^\s*(?:$|[.!,;:()–—]|-\s|--|(?:thanks?|thx|tnx|cheers|now|too|then|here|manually|today|already|by (?:hand|me)|directly|again|as|to|for|in|into|on|onto|with|without|via|through|under|after|since|up|along|at|locally|and|but|only|this|these|it|them|that|those|both|all|everything|the|your|first|patch(?:es)?|series|v\d+|#?\d+|only|just|instead|myself|version|one)(?![\w-]))/i;
const TREE =
  /\b(?:to|in|into|for|on|onto|through|via|at)\s+(?:the\s+|my\s+|our\s+)?((?:(?!(?:all|both|order|each|for|of|to|and|in|this|that|with|it|since|commit|message)\s)\w[\w./:+'-]*\s+){0,3}?[\w./:+'-]{0,60}(?:tree|branch|queue|repo(?:sitory)?|next(?!\s+(?:version|spin|revision|patch|rev\b|iteration|series|round|release|acpi|week|one|step|post))|fixes|mainline|master|devel|testing|staging|git|linus|stable|urgent|misc)(?![\w])[\w./:+-]*|[\w.+-]{1,60}\/[\w./+-]+|https?:\/\/\S+|git:\/\/\S+|tip(?![\w])\S*)/i;
const RELEASE =
  /\b(?:for|as|in|into|targeting)\s+(?:the\s+)?(?:next\s+(?:release|merge|cycle)|(?:upcoming\s+)?merge window|(?:\w+[- ])?v?\d+\.\d+[\w.-]*|-next|inclusion|(?:-|\d)*rc\d|fixes|a fix)/i;

/** "/me queues": an act of the writer in the third person. */
const ME = /^\/me (?:queues|applies|takes|picks|merges)\b(?! (?:a|an|the|his|her|my|some|note|notes|look|off)\b)/i;

/** "Ok, both applied to the next branch with the typo fixed, thanks": read clause by clause. */
export function takingIn(sentence: string): Act | null {
  if (
    !/accepted|add |added|appl[iy]|committ|grabb|landed|merg|pick|pull|push|queu|stag|take|taking|took/i.test(sentence)
  )
    return null;
  if (isQuestion(sentence)) return null;
  if (ME.test(sentence)) return { kind: 'queued', isPlain: false, scope: scopeOf(sentence), tree: null };
  let at = 0;
  for (const clause of clausesOf(sentence)) {
    const said = sentence.slice(0, at);
    const act = takingClause(clause, sentence.slice(at + clause.length), sentence);
    const before = said.replace(OWN_CLAUSE, '').replace(REASON, '');
    if (act)
      return CONDITION.test(before) && !isOver(before) ? null : { ...act, scope: act.scope ?? meantBy(clause, said) };
    at = sentence.indexOf(clause, at) + clause.length;
  }
  return null;
}

/** "I have no objections to this series and have applied it": the pronoun refers to the series named before. */
const meantBy = (clause: string, before: string) =>
  /\b(?:applied|queued|merged|took|taken|picked|pushed) (?:it|them|these|this)\b/i.test(clause) &&
  /\b(?:this|the|your|these) (?:whole |entire )?(?:series|patchset|patch set|set|patches)\b/i.test(before)
    ? 'all'
    : null;

/** Text before a clause of consequence is not a condition: "It is not stable, so I ...". */
const OWN_CLAUSE = /^(?!.*\b(?:if|once|when|unless)\b).{0,400}[,;.] (?:so|hence|therefore|thus) (?=(?:i|we)\b)/i;
/** "Since we want it in 5.6, I ..." gives a reason, not a condition. */
const REASON =
  /^(?:since|because|given that|now that|as(?! (?:soon|long|far))) (?!.*\b(?:if|once|when|unless|until)\b)[^;.]{0,400}$/i;

/** "After fixing it, applied": the act before the comma is done too. */
const isOver = (before: string) =>
  /^(?:after|not)\b/i.test(before) && !/\b(?:if|once|when|would|should)\b/i.test(before);

/** The pieces of a sentence that may each have a verb. */
function clausesOf(sentence: string): string[] {
  return sentence
    .split(
      /[,;:.!]\s+|\s+[-–—]{1,2}\s+|\s+(?:and|but|so|then|which)\s+(?=(?:i\b|i'|we\b|we'|now|just|applied|queued|merged|pushed|picked|took|will|the rest|added|have)\s?)/i,
    )
    .slice(0, 12);
}

function takingClause(clause: string, after: string, sentence: string): Act | null {
  let at = skip(clause, 0, [OPENING, PURPOSE, WITH_IT], 6);
  if (
    WHILE_TAKING.test(clause) &&
    !/\b(?:if|unless|can|could|would|should|n't|not)\b/i.test(sentence.replace(/\bno need\b.*/i, ''))
  )
    return { kind: 'queued', isPlain: false, scope: null, tree: null };
  const plan = matchAt(PLAN, clause, at);
  if (plan) return planned(clause, plan, at, after, sentence);
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
  const isOut = word === 'pushed' && /^\s*(?:(?:it|this|them) )?out\b/i.test(tail);
  if (
    !isOut &&
    (!OBJECT_OR_PLACE.test(tail) ||
      OTHER.test(tail.replace(/^\s*(?:up|it|this|them|these|both|all)\b/i, '')) ||
      OTHER.test(tail))
  )
    return null;
  if (TRIAL.test(rest) || /\bnot\b/i.test(clause.slice(0, at))) return null;
  if (person && SEEN_AFTER.test(tail)) return null;
  const place = TREE.exec(rest);
  const tree = place ? cleanTree(place[1] as string) : null;
  const isPlaced = tree !== null || RELEASE.test(rest);
  if (TESTED_TREE.test(tail) && !/\bthank|tree|branch|queue|next\b/i.test(rest.replace(/linux-next/g, ''))) return null;
  // "I took the lock", "added it", "pulled them": verbs with many meanings count only with a place.
  if (/^(?:added|took|taken|pulled|pushed|picked|staged|accepted|grabbed|landed|folded|committed)$/.test(word)) {
    const isObject =
      /^\s*(?:up\s+)?(?:this|these|it|them|that|both|all|everything|the rest|(?:the|your|this) (?:\w+ ){0,2}(?:patch(?:es)?|series|set))\b/i.test(
        tail,
      ) || /^\s*up\b/i.test(tail);
    if (!isOut && !isPlaced && !(isObject && /^(?:took|picked|taken|grabbed)$/.test(word))) return null;
    if (/^(?:added|folded|pulled)$/.test(word) && tree === null) return null;
  }
  const isPlain = !isPast && (!person || isPlaced || /\bthank/i.test(after));
  return {
    kind: word === 'queued' ? 'queued' : 'applied',
    isPlain: isPlain && !/^(?:taken|took|accepted|grabbed|folded|added|committed|landed)$/.test(word),
    scope: scopeOf(`${clause}${goesOn(after)}`),
    tree,
  };
}

/** Text after a clause that names more patches: ", along with 2/2", " and the rest of the series". */
const goesOn = (after: string) =>
  /^(?:[,;] (?:and|along|both)\b| (?:and (?:the )?(?:rest|others?|remaining|remainder)|along with)\b)/i.test(after)
    ? (after.split(/[,;] (?:but|so|please)\b/)[0] as string)
    : '';

/** "I'll queue this up for 5.6": counts only without a condition, and only from people who commit. */
function planned(clause: string, plan: RegExpExecArray, at: number, after: string, sentence: string): Act | null {
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
    /^\s*(?:up\s+)?(?:(?:this|these|it|them)(?! (?!patch|series|set|one|fix|pull|thing|v\d|as|for|to|in|into|on|onto|with|without|via|through|up|and|now|then|too|since|at|by|under|after|along|instead|again|later|today|manually|directly|all|both)[a-z])|that one|both|all|everything|the rest|v\d|patch|(?:the|your|this|these|whole) (?:\w+ ){0,2}(?:patch(?:es)?|series|set|fix(?:es)?|pull|one|thing))\b/i.test(
      tail,
    );
  const isOther = /^\s*(?:up\s+)?(?:this|these|that|those) (?!patch|series|set)\w+\b/i.test(tail);
  if (!isObject && !(isBare && !isOther && OBJECT_OR_PLACE.test(tail))) return null;
  if (OTHER.test(tail) || /^\s*(?:it|this|that|them|up)?\s*(?:a |an |into|from|out|care|on|as a(?! fix))\b/i.test(tail))
    return null;
  const place = TREE.exec(tail);
  if (
    /^(?:add|push|pick|picking|pushing)$/.test(verb) &&
    !place &&
    !/^\s*(?:it|this|these|them|the \w+)?\s*up\b/i.test(tail)
  )
    return null;
  return {
    kind: 'queued',
    isPlain: false,
    scope: scopeOf(`${clause}${goesOn(after)}`),
    tree: place ? cleanTree(place[1] as string) : null,
  };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Skips up to `most` matches of these patterns from `from` on; returns where they end. */
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
