/**
 * The act of a sentence: taking a patch, refusing it, asking for a change. Recognised by grammar (who, which verb, whether it is
 * done, to what, where to), never by whole phrases. An ambiguous sentence counts as no act.
 * All functions are linear in the sentence, which is cut at 400 characters.
 */
import type { Act } from './act';
import { approvalIn, requestIn } from './asking';
import { refusalIn, removalIn } from './refusing';
import { takingIn } from './taking';

const SENTENCE = 400;

/** The act of a sentence; null for most. */
export function actOf(given: string): Act | null {
  const sentence = given
    .slice(0, SENTENCE)
    .replace(/’/g, "'")
    .replace(/\s{2,}|[^\S ]/g, ' ')
    .trim();
  if (isNoStatement(sentence)) return null;
  return (
    takingIn(sentence) ?? refusalIn(sentence) ?? removalIn(sentence) ?? requestIn(sentence) ?? approvalIn(sentence)
  );
}

/** Questions, quotations, items of lists, lines of code and output of tools are not statements. */
function isNoStatement(sentence: string): boolean {
  return (
    sentence.length < 3 ||
    /^(?:["'`*+#|$%\\<]|\/(?!me ))|^- |^(?:WARNING|ERROR|CHECK|error|warning|note): /.test(sentence)
  );
}
