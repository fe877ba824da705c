const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

/**
 * Words with one typing error: two letters swapped, one missing, one added, one changed. About 50 per letter, the likeliest first, each
 * once: of two ways to the same word (either of two equal neighbours is missing), one is left out.
 */
export function slipsOf(word: string): string[] {
  const slips: string[] = [];
  for (let at = 0; at < word.length - 1; at++)
    if (word[at] !== word[at + 1]) slips.push(`${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`);
  for (let at = 0; at < word.length; at++)
    if (word[at] !== word[at - 1]) slips.push(word.slice(0, at) + word.slice(at + 1));
  for (let at = 0; at <= word.length; at++) {
    const [left, right] = [word.slice(0, at), word.slice(at)];
    for (const letter of LETTERS) if (letter !== word[at - 1]) slips.push(left + letter + right);
  }
  for (let at = 0; at < word.length; at++) {
    const [left, right] = [word.slice(0, at), word.slice(at + 1)];
    for (const letter of LETTERS) if (letter !== word[at]) slips.push(left + letter + right);
  }
  return slips;
}
