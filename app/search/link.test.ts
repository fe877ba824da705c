import { expect, it } from 'vitest';
import { type Change, linkTo } from './link';

const slow = (query: URLSearchParams) => (change: Record<string, string | null>) => {
  const next = new URLSearchParams(query);
  next.delete('from');
  for (const [key, value] of Object.entries(change))
    if (value === null) next.delete(key);
    else next.set(key, value);
  return `/search/?${next}`;
};

const QUERIES = [
  'q=kernel',
  'q=a%20b+%22c%22&list=x&from=17&sort=date',
  'list=x&q=a&list=y&q=b&constructor=1&__proto__=2&=3',
  'q=k%C3%B6nig%E2%80%AE%00&%3Cb%3E=%26%3D%2B%25&from=1&from=2',
  '',
];
const CHANGES: Change[] = [
  {},
  { list: 'a b' },
  { q: null },
  { after: '2022-01-01', before: '2022-02-01' },
  { from: '99' },
  { list: null, topic: null, q: 'ä & b+c%' },
  { sort: 'relevance', list: "x.y-z_*~!'()" },
];

it.each(QUERIES)('writes what URLSearchParams does: %s', (text) => {
  const query = new URLSearchParams(text);
  for (const change of CHANGES) expect(linkTo(query)(change)).toBe(slow(query)(change));
});
