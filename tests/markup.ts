/**
 * HTML with what may differ between two writers of the same page taken out: the order and case of attributes, and the order of
 * elements within `<head>`, where React moves some to the front; signs that one of them writes as a number.
 */
export function comparable(html: string): string {
  const signs = html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const tags = signs.replace(
    /<([a-zA-Z][\w-]*)((?:\s+[^\s=<>]+="[^"]*")*)(\/?)>/g,
    (_, name: string, attributes: string, end: string) => {
      const sorted = [...attributes.matchAll(/([^\s=]+)="([^"]*)"/g)]
        .map(([, key = '', value = '']) => `${key.toLowerCase()}="${value}"`)
        .sort();
      return `<${[name, ...sorted].join(' ')}${end}>`;
    },
  );
  return tags.replace(/<head>(.*?)<\/head>/s, (_, inner: string) => {
    const parts = inner.match(/<(?:meta|link)[^>]*>|<title>.*?<\/title>|<script[^>]*><\/script>/gs) ?? [];
    return `<head>${[...parts].sort().join('')}</head>`;
  });
}
