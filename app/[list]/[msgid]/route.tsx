import type { Snapshot } from '#db/open';
import { newestMessages } from '#db/queries/feed';
import { lists } from '#db/queries/home';
import { findList, threadsBetween } from '#db/queries/list';
import { readMessage } from '#db/queries/message';
import { debates, quotesOf } from '#db/queries/quoted';
import { patchPlace } from '#db/queries/series';
import { threadOf } from '#db/queries/thread';
import { atomOf } from '../../_page/atom';
import { manifest } from '../../_page/mirror';
import { notFound, page, problem } from '../../_page/page';
import { MessagePage } from '../../_thread/MessagePage';
import { quoteNotes } from '../../_thread/quoted';
import { Debates } from '../../_ui/Debates';
import { Document } from '../../_ui/Document';
import { plural } from '../../_ui/format';
import { debatesHref, listHref, loreHref, messageHref, monthHref, threadHref } from '../../_ui/links';
import { ThreadTable } from '../../_ui/ThreadTable';
import { imposterOf, redirect, respond } from '../../_web/http';
import { ATOM } from '../../search/results';
import { debatesFeed } from '../debates';

/** `/{list}/{msgid}/`, one message; `/{list}/{YYYY-MM}/`, a month. */
export const GET = page(async (context) => {
  const { request, parts, query, db } = context;
  const [list = '', msgid = '', ...rest] = parts;
  if (msgid === 'manifest.js.gz' && !rest.length)
    return (await manifest(request, list === 'all' ? null : list)) ?? notFound('A git repository of this list', list);
  if (msgid === 'new.atom' && !rest.length) return listFeed(request, db, list);
  if (msgid === 'debates.atom' && !rest.length) return debatesFeed(context, list);
  const isMonth = /^\d{4}-\d{2}$/.test(msgid);
  if (!rest.length) return redirect(messageHref(list, msgid), 301);
  const known =
    list === 'all'
      ? { id: null, synthetic: (await lists(db)).some((one) => one.synthetic) ? 1 : 0 }
      : await findList(db, list);
  if (!known) return notFound(`The list "${list.slice(0, 100)}"`, msgid.slice(0, 200));
  if (isMonth) return monthPage(db, list, known, msgid);
  const found = await readMessage(db, msgid, imposterOf(query));
  if (found) {
    const { id } = found.message;
    const { taken, quoted } = await quotesOf(db, id);
    const notes = quoteNotes(list, taken, quoted);
    const place = await patchPlace(db, id);
    return <MessagePage page={found} list={list} place={place} notes={notes} lit={linesOf(query)} />;
  }
  return ghostOrNothing(db, list, msgid);
});

/** `?lines=33-37`, from 1; null where there is none, or it is not like that. */
function linesOf(query: URLSearchParams): [number, number] | null {
  const found = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(query.get('lines') ?? '');
  return found ? [Number(found[1]) - 1, Number(found[2] ?? found[1]) - 1] : null;
}

/** `/{list}/new.atom` */
async function listFeed(request: Request, db: Snapshot, name: string): Promise<Response> {
  const list = name === 'all' ? null : await findList(db, name);
  if (list === undefined) return notFound(`The list "${name.slice(0, 100)}"`, name.slice(0, 100));
  return respond(
    atomOf(request, name === 'all' ? 'all lists' : name, await newestMessages(db, list?.id ?? null)),
    200,
    ATOM,
  );
}

/** A ghost is known by those who answered it. */
async function ghostOrNothing(db: Snapshot, list: string, msgid: string) {
  const shown = msgid.slice(0, 200);
  if ((await threadOf(db, msgid)) === undefined) return notFound(`The message <${shown}>`, shown);
  return (
    <Document title="Message not in this archive" list={list === 'all' ? null : list}>
      <section className="problem">
        <h1>This message is not in this archive</h1>
        <p>
          Others name it, so it exists: <a href={threadHref(list, msgid)}>the thread of those who answered it</a>, or{' '}
          <a href={loreHref(msgid)}>the message at lore</a>.
        </p>
      </section>
    </Document>
  );
}

async function monthPage(db: Snapshot, list: string, known: { id: number | null; synthetic: number }, month: string) {
  const [year = 0, number = 0] = month.split('-').map(Number);
  if (number < 1 || number > 12 || year < 1970)
    return problem(400, 'There is no such month', 'A month is written 2004-07.');
  const from = Date.UTC(year, number - 1) / 1000;
  const to = Date.UTC(year, number) / 1000;
  const threads = await threadsBetween(db, known.id, from, to);
  const argued = await debates(db, from * 8, to * 8, 5, known.id);
  const messages = threads.reduce((sum, thread) => sum + thread.here, 0);
  const step = (by: number) => new Date(Date.UTC(year, number - 1 + by)).toISOString().slice(0, 7);
  return (
    <Document
      title={`${month} · ${list}`}
      list={list === 'all' ? null : list}
      synthetic={known.synthetic === 1}
      debates={debatesHref(list)}
    >
      <h1>
        <a href={listHref(list)}>{list}</a> {month}{' '}
        <small>
          {plural(messages, 'message')} in {plural(threads.length, 'thread')}
        </small>
      </h1>
      <nav className="pages" aria-label="Months">
        <a rel="prev" href={monthHref(list, step(-1))}>
          {step(-1)}
        </a>
        <a rel="next" href={monthHref(list, step(1))}>
          {step(1)}
        </a>
      </nav>
      <Debates debates={argued} list={list} title="Debates" feed={debatesHref(list)} />
      {threads.length ? <ThreadTable threads={threads} list={list} /> : <p className="empty">No mail in this month.</p>}
    </Document>
  );
}
