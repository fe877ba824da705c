const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

/** Words with one typing error: two letters swapped, one added, one missing, one changed. About 50 per letter, the likeliest first. */
export function slipsOf(word: string): string[] {
  const cuts = Array.from({ length: word.length + 1 }, (_, at) => [word.slice(0, at), word.slice(at)] as const);
  const swapped = cuts.flatMap(([left, right]) =>
    right.length > 1 ? [`${left}${right[1]}${right[0]}${right.slice(2)}`] : [],
  );
  const shorter = cuts.flatMap(([left, right]) => (right ? [left + right.slice(1)] : []));
  const longer = cuts.flatMap(([left, right]) => LETTERS.map((letter) => left + letter + right));
  const other = cuts.flatMap(([left, right]) => (right ? LETTERS.map((letter) => left + letter + right.slice(1)) : []));
  return [...new Set([...swapped, ...shorter, ...longer, ...other])].filter((one) => one !== word);
}
