/** Patterns of a wildmat (RFC 3977, 4): the last one that matches a name decides; `!` before a pattern negates it. */
export function wildmat(text: string): (name: string) => boolean {
  const patterns = text.split(',').map((one) => ({ says: !one.startsWith('!'), glob: one.replace(/^!/, '') }));
  return (name) => patterns.findLast(({ glob }) => matches(glob, name))?.says ?? false;
}

/** `*` matches any run of characters, `?` one. It backtracks only to the last `*`, so the cost is bounded by the product of both lengths. */
function matches(glob: string, name: string): boolean {
  let [at, in_] = [0, 0];
  let [star, mark] = [-1, 0];
  while (in_ < name.length) {
    if (glob[at] === '*') [star, mark] = [at++, in_];
    else if (at < glob.length && (glob[at] === '?' || glob[at] === name[in_])) {
      at++;
      in_++;
    } else if (star >= 0) [at, in_] = [star + 1, ++mark];
    else return false;
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
