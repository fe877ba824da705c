/** The address of this search with some parameters changed; null removes one. */
export type LinkTo = (change: Change) => string;
export type Change = Record<string, string | null>;

/**
 * Links to this search with some parameters changed, encoded as URLSearchParams does. A page has hundreds of them, so the unchanged
 * parameters are encoded only once.
 */
export function linkTo(query: URLSearchParams): LinkTo {
  const given = new URLSearchParams(query);
  given.delete('from');
  const written = [...given].map(([name, value]) => [name, parameter(name, value)] as const);
  const names = new Set(given.keys());
  return (change) => {
    const parts: string[] = [];
    const placed: string[] = [];
    for (const [name, text] of written) {
      if (!Object.hasOwn(change, name)) {
        parts.push(text);
        continue;
      }
      const value = change[name] as string | null;
      if (value !== null && !placed.includes(name)) parts.push(parameter(name, value));
      placed.push(name);
    }
    for (const name in change) {
      const value = change[name] as string | null;
      if (value !== null && !names.has(name)) parts.push(parameter(name, value));
    }
    return `/search/?${parts.join('&')}`;
  };
}

/** Text that needs no encoding. */
const PLAIN = /^[\w.*-]*$/;
const parameter = (name: string, value: string) =>
  PLAIN.test(name) && PLAIN.test(value) ? `${name}=${value}` : new URLSearchParams({ [name]: value }).toString();
