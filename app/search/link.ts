/** This search with other values of some parameters; null takes one away. */
export type LinkTo = (change: Change) => string;
export type Change = Record<string, string | null>;

/**
 * Links to this search with other values of some parameters, as URLSearchParams has them: a page has hundreds, and what each leaves
 * as it is was written once.
 */
export function linkTo(query: URLSearchParams): LinkTo {
  const given = new URLSearchParams(query);
  given.delete('from');
  const written = [...given].map(([name, value]) => [name, parameter(name, value)] as const);
  return (change) => {
    const parts: string[] = [];
    const left = new Map(Object.entries(change));
    for (const [name, text] of written) {
      if (!Object.hasOwn(change, name)) parts.push(text);
      else if (left.has(name)) {
        const value = left.get(name) as string | null;
        left.delete(name);
        if (value !== null) parts.push(parameter(name, value));
      }
    }
    for (const [name, value] of left) if (value !== null) parts.push(parameter(name, value));
    return `/search/?${parts.join('&')}`;
  };
}

/** Written as it is. */
const PLAIN = /^[\w.*-]*$/;
const parameter = (name: string, value: string) =>
  PLAIN.test(name) && PLAIN.test(value) ? `${name}=${value}` : new URLSearchParams({ [name]: value }).toString();
