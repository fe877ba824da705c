import type { Random } from '#samples/random';

type Change = (input: Buffer, other: Buffer, words: readonly string[], random: Random) => Buffer;

const MOST_CHANGES = 6;
const LONGEST_PIECE = 256;
const MOST_REPEATS = 64;

const span = (input: Buffer, random: Random): [number, number] => {
  const from = random.below(input.length + 1);
  return [from, Math.min(input.length, from + random.below(LONGEST_PIECE))];
};
const put = (input: Buffer, at: number, piece: Buffer, end = at) =>
  Buffer.concat([input.subarray(0, at), piece, input.subarray(end)]);
const word = (words: readonly string[], random: Random) =>
  Buffer.from(words[random.below(words.length)] ?? ' ', 'latin1');

const CHANGES: Change[] = [
  (input, _, words, random) => put(input, random.below(input.length + 1), word(words, random)),
  (input, _, words, random) => {
    const [from, end] = span(input, random);
    return put(input, from, word(words, random), end);
  },
  (input, _, __, random) => {
    const changed = Buffer.from(input);
    if (changed.length) changed[random.below(changed.length)] = random.below(256);
    return changed;
  },
  (input, _, __, random) => put(input, random.below(input.length + 1), Buffer.from([random.below(256)])),
  (input, _, __, random) => {
    const [from, end] = span(input, random);
    return put(input, from, Buffer.alloc(0), end);
  },
  (input, other, _, random) => {
    const [from, end] = span(other, random);
    return put(input, random.below(input.length + 1), other.subarray(from, end));
  },
  (input, other, _, random) =>
    Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1))]),
  (input, _, words, random) => {
    const [from, end] = span(input, random);
    const piece = random.below(2) ? input.subarray(from, end) : word(words, random);
    return put(input, from, Buffer.concat(Array.from({ length: 1 + random.below(MOST_REPEATS) }, () => piece)), end);
  },
  // Numbers: lengths, counts, positions.
  (input, _, __, random) => {
    const text = input.toString('latin1');
    const numbers = [...text.matchAll(/\d{1,12}/g)];
    const found = numbers[random.below(numbers.length)];
    if (!found) return input;
    const value = ['0', '1', '-1', '999999999', '4294967296', String(Number(found[0]) + 1)][random.below(6)] as string;
    return put(input, found.index, Buffer.from(value), found.index + found[0].length);
  },
];

/** Changes an input in some places, perhaps with a piece of another input. */
export function mutated(input: Buffer, other: Buffer, words: readonly string[], random: Random): Buffer {
  let made = input;
  for (let n = 1 + random.below(MOST_CHANGES); n > 0; n--)
    made = (CHANGES[random.below(CHANGES.length)] as Change)(made, other, words, random);
  return made;
}
