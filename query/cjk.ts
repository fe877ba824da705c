const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const EACH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Puts spaces around each CJK character; otherwise the tokenizer would take a whole sentence for one word. */
export function spaceCjk(text: string): string {
  return CJK.test(text) ? text.replace(EACH, ' $& ') : text;
}
