import type { Snapshot } from '#db/open';
import { activity, lists } from '#db/queries/home';
import { findList, type ListRow, newestThreads, pageNewerThan } from '#db/queries/list';
import { findMessages } from '#db/queries/message';
import { firstIdAt } from '#mail/ids';
import { dateSpan } from '#query/dates';
import { notFound, page, problem } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { MonthBars } from '../_ui/bits';
import { Document } from '../_ui/Document';
import { plural } from '../_ui/format';
import { anyHref, debatesHref, listHref, monthHref } from '../_ui/links';
import { ThreadTable } from '../_ui/ThreadTable';
import { ThisWeek } from '../_ui/WeekParts';
import { redirect } from '../_web/http';
import { lorePage, searchFeed, searchMbox } from '../search/results';
import { sincePage } from './since';
import { newestWeek } from './week';

/** `/{list}/` and `/all/`: newest threads; with `?q=` a search. `/{msgid}` redirects to the message, as at lore. */
export const GET = page(async ({ request, parts, query, db }) => {
  const [name = '', ...rest] = parts;
  const list = name === 'all' ? await everything(db) : await findList(db, name);
  if (!list) {
    if ((await findMessages(db, name)).length) return redirect(anyHref(name));
    return notFound(`"${name.slice(0, 200)}"`, name.slice(0, 200));
  }
  if (!rest.length) return redirect(`${listHref(name)}${query.size ? `?${query}` : ''}`, 301);
  const q = query.get('q');
  if (q !== null && query.get('x') === 'A') return searchFeed(request, db, query, list.id === null ? null : name);
  if (q !== null) return redirect(await lorePage(db, query, list.id === null ? null : name));
  const since = query.get('since');
  if (since !== null) return sincePage(db, name, list, since);
  const before = query.get('before') ?? (await beforeTime(db, list.id, query.get('t')));
  if (before !== null && !/^\d{1,15}$/.test(before))
    return problem(400, 'There is no such page', '"before" must be the number from the "older" link.');
  const [{ threads, next }, months] = [
    await newestThreads(db, list.id, before === null ? null : Number(before)),
    await activity(db, list.id === null ? null : name),
  ];
  const week = before === null ? await newestWeek(db, list.id) : null;
  return (
    <Document
      sections={await sectionsOf(db)}
      title={`${name} · Threadline`}
      list={name === 'all' ? null : name}
      synthetic={list.synthetic === 1}
      {...(before === null ? { feed: `${listHref(name)}new.atom`, debates: debatesHref(name) } : {})}
    >
      <h1>
        {name === 'all' ? 'All lists' : name} <small>{plural(list.messages, 'message')}</small>
      </h1>
      {list.description ? <p className="about">{list.description}</p> : null}
      <ThisWeek week={week} list={name} base={listHref(name)} />
      <MonthBars
        months={months}
        hrefOf={(month) => monthHref(name, month)}
        yearHref={(year) => monthHref(name, year)}
        label={`Messages by month, ${name}`}
      />
      <h2>{before === null ? 'Newest threads' : 'Older threads'}</h2>
      {threads.length ? <ThreadTable threads={threads} list={name} /> : <p className="empty">No older threads.</p>}
      <nav className="pages" aria-label="Pages">
        {before === null ? null : <a href={listHref(name)}>newest</a>}
        {next === null ? null : (
          <a rel="next" href={`${listHref(name)}?before=${next}`}>
            older
          </a>
        )}
      </nav>
    </Document>
  );
});

/**
 * `POST /{list}/?q=...&x=m`: the results as mbox.gz, as b4 requests them. With `t=1`, or with the body `x=m` (which public-inbox's button
 * and liblore send), whole threads. An empty query gives all mails.
 */
export const POST = page(async ({ request, parts, query, db }) => {
  const [name = ''] = parts;
  if (name !== 'all' && !(await findList(db, name)))
    return notFound(`The list "${name.slice(0, 100)}"`, query.get('q') ?? '');
  const q = query.get('q') ?? '';
  if (query.get('x') !== 'm' || !query.has('q'))
    return problem(400, 'This cannot be answered', 'POST only serves results as mbox.gz: use ?q=QUERY&x=m.');
  const isThreads = /^[^0]/.test(query.get('t') ?? '') || /^x=[^0]/.test(await request.text());
  return searchMbox(db, q, { list: name === 'all' ? null : name }, isThreads && q.trim() !== '');
});

/**
 * lore's `?t=20040728102400` (threads older than that moment), `?t=20040728-` (the page of threads just newer than it) and
 * `?t=AFTER-BEFORE` (the threads of a span, newest first).
 */
async function beforeTime(db: Snapshot, list: number | null, text: string | null): Promise<string | null> {
  const [, after, before] = /^(?:(\d{8,14})-)?(\d{8,14})?$/.exec(text ?? '') ?? [];
  const at = (moment: string) => dateSpan(moment, 0)?.[0];
  const top = before === undefined ? undefined : at(before);
  if (top !== undefined) return String(firstIdAt(top));
  const from = after === undefined ? undefined : at(after);
  const next = from === undefined ? null : await pageNewerThan(db, list, firstIdAt(from));
  return next === null ? null : String(next);
}

type ListHead = Pick<ListRow, 'description' | 'messages' | 'synthetic'> & { id: number | null };

async function everything(db: Snapshot): Promise<ListHead> {
  const all = await lists(db);
  return {
    id: null,
    description: null,
    messages: all.reduce((sum, list) => sum + list.messages, 0),
    synthetic: all.some((list) => list.synthetic === 1) ? 1 : 0,
  };
}
