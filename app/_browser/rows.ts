import { every, make, one } from './dom';
import type { Visit } from './store';
import { dayOf, token, visit, where } from './visit';

/** Lists and weeks: marks the rows that changed since the last visit. */
export function readRows(): void {
  const { pathname, search } = location;
  if (search) return;
  mark('.weekly > li', 'at week', 'i', 'new', (news, { from, newest }) => {
    const isLink = from && newest && newest > from;
    const shown = isLink
      ? make('a', { href: `${pathname}?since=${from}`, className: 'new', textContent: news.textContent })
      : news;
    (one('.thisweek h2') ?? one('h2'))?.append(' ', shown);
  });
  if (/^\/[^/]+\/$/.test(pathname) && one('.bars'))
    mark('.cols + .threads > li', 'at', 'b', 'threads with new mail', (news) => where(news));
}

function mark(
  selector: string,
  key: 'at' | 'at week',
  count: string,
  what: string,
  show: (news: HTMLElement, record: Visit) => void,
): void {
  const rows = every(selector);
  if (!rows.length) return;
  const tokens = rows.map((row) =>
    token(`${one<HTMLAnchorElement>('a', row)?.pathname} ${one(count, row)?.textContent}`),
  );
  const { record, isFresh } = visit(`${key} ${location.pathname}` as `at ${string}`, tokens);
  const fresh = rows.filter((_, n) => isFresh(tokens[n] as string));
  for (const row of fresh) row.classList.add('fresh');
  if (!fresh.length) return;
  const textContent = `${fresh.length} ${what} since ${dayOf(record.since ?? 0)}`;
  show(make('span', { className: 'new', textContent }), record);
}
