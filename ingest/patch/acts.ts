/**
 * What a sentence does to a patch: takes it, refuses it, asks for a change. Read by grammar (who, which verb, whether it is
 * done, to what, where to), never by whole phrases; a sentence that could mean something else does nothing.
 * Everything here takes time linear in the sentence, which is cut at 400 characters.
 */
import type { Act } from './act';
import { approvalIn, requestIn } from './asking';
import { refusalIn, removalIn } from './refusing';
import { takingIn } from './taking';

const SENTENCE = 400;

/** The act of a sentence, null for most. */
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

/** Questions, quotations, items of lists, lines of code and what a tool printed state nothing. */
function isNoStatement(sentence: string): boolean {
  return sentence.length < 3 || /^["'`*+#|$%/\\<]|^- |^(?:WARNING|ERROR|CHECK|error|warning|note): /.test(sentence);
}
