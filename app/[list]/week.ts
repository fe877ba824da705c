import type { Snapshot } from '#db/open';
import { findList } from '#db/queries/list';
import { newestMoment, type WeekPart, weekOf } from '#db/queries/week';
import { timeOf } from '#mail/ids';
import { spanOf, weekNameOf } from '#query/spans';
import { baseUrl, escapeText, feedOf, plain } from '../_page/atom';
import { notFound, type PageContext } from '../_page/page';
import { nameOf } from '../_ui/format';
import { type NewestWeek, proofHref } from '../_ui/WeekParts';
import { respond } from '../_web/http';
import { ATOM } from '../search/results';

const DAY = 86_400;

/** The seven days up to the newest mail of a list (null: of all lists), not up to today, and the weeks they fall in; null if there is no mail. */
export async function newestWeek(db: Snapshot, list: number | null): Promise<NewestWeek | null> {
  const newest = await newestMoment(db, list);
  if (newest === null) return null;
  const to = (Math.floor(newest / DAY) + 1) * DAY;
  const from = to - 7 * DAY;
  const weeks = [...new Set([weekNameOf(from), weekNameOf(newest)])];
  return { weeks, parts: await weekOf(db, list, from, to), from, newest };
}

/** `/{list}/week.atom`: the lines of the newest week and of the one before. */
export async function weekFeed({ request, db }: PageContext, name: string): Promise<Response> {
  const list = name === 'all' ? null : await findList(db, name);
  if (list === undefined) return notFound(`The list "${name.slice(0, 100)}"`, name.slice(0, 100));
  const newest = await newestMoment(db, list?.id ?? null);
  const span = newest === null ? null : spanOf(weekNameOf(newest));
  const before = span ? spanOf(span.previous) : null;
  const parts: WeekPart[] = [];
  for (const one of [span, before]) if (one) parts.push(...(await weekOf(db, list?.id ?? null, one.from, one.to)));
  const feed = feedOf(request, `This week, ${name === 'all' ? 'all lists' : name}`, newest ?? 0);
  const base = baseUrl(request);
  const seen = new Set<string>();
  for (const { title: kind, lines } of parts) {
    for (const line of lines) {
      const id = `${base}${proofHref('all', line)}#${kind.toLowerCase().replace(/\W+/g, '-')}`;
      if (seen.has(id)) continue;
      seen.add(id);
      feed.addItem({
        id,
        link: base + proofHref(name, line),
        title: escapeText(plain(`${kind}: ${line.title} (${line.what})`)),
        date: new Date(timeOf(line.id) * 1000),
        author: [{ name: plain(nameOf(line.author, line.address)) || 'unknown' }],
        content: line.quote
          ? `<blockquote>${escapeText(plain(line.quote))}</blockquote>`
          : escapeText(plain(line.what)),
      });
    }
  }
  return respond(feed.atom1(), 200, ATOM);
}
