import { expect, it } from 'vitest';
import { slipsOf } from './slips';

/** All words of a few letters that differ by one error, found by trying every edit. */
function byTrying(word: string): Set<string> {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const found = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const [left, right] = [word.slice(0, at), word.slice(at)];
    if (right.length > 1) found.add(`${left}${right[1]}${right[0]}${right.slice(2)}`);
    if (right) found.add(left + right.slice(1));
    for (const letter of letters) {
      found.add(left + letter + right);
      if (right) found.add(left + letter + right.slice(1));
    }
  }
  found.delete(word);
  return found;
}

it.each(['kernel', 'aabbcc', 'abab', 'zzz', 'rowhammer'])('finds each slip of %s once', (word) => {
  const slips = slipsOf(word);
  expect(new Set(slips).size).toBe(slips.length);
  expect(new Set(slips)).toEqual(byTrying(word));
});
