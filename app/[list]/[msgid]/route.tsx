import type { Snapshot } from '#db/open';
import { newestMessages } from '#db/queries/feed';
import { lists } from '#db/queries/home';
import { findList, threadsBetween } from '#db/queries/list';
import { findMessage, readMessage } from '#db/queries/message';
import { debates } from '#db/queries/quoted';
import { threadOf } from '#db/queries/thread';
import { weekOf } from '#db/queries/week';
import { firstIdAt } from '#mail/ids';
import { looksLikeSpan, spanOf } from '#query/spans';
import { absentMessage, withdrawnOf } from '../../_page/absent';
import { atomOf } from '../../_page/atom';
import { manifest } from '../../_page/mirror';
import { notFound, page, problem } from '../../_page/page';
import { listAlias, onOtherList } from '../../_page/redirects';
import { sectionsOf } from '../../_page/sections';
import { cloneUrls, text } from '../../_page/texts';
import { MessagePage } from '../../_thread/MessagePage';
import { quoteNotes } from '../../_thread/quoted';
import { Debates } from '../../_ui/Debates';
import { Document } from '../../_ui/Document';
import { plural } from '../../_ui/format';
import { debatesHref, listHref, loreHref, messageHref, monthHref, threadHref, weekFeedHref } from '../../_ui/links';
import { ThreadTable } from '../../_ui/ThreadTable';
import { WeekParts } from '../../_ui/WeekParts';
import { imposterOf, redirect, respond } from '../../_web/http';
import { ATOM, searchMbox } from '../../search/results';
import { debatesFeed } from '../debates';
import { weekFeed } from '../week';

/** `/{list}/{msgid}/`: one message; `/{list}/{YYYY-MM}/` and similar: a span of time. */
export const GET = page(async (context) => {
  const { request, parts, query, db } = context;
  const [list = '', msgid = '', ...rest] = parts;
  if (msgid === 'manifest.js.gz' && !rest.length)
    return (await manifest(request, list === 'all' ? null : list)) ?? notFound('A git repository of this list', list);
  if (msgid === 'all.mbox.gz' && !rest.length) return allMbox(db, list);
  if (msgid === 'new.atom' && !rest.length) return listFeed(request, db, list);
  if (msgid === 'debates.atom' && !rest.length) return debatesFeed(context, list);
  if (msgid === 'week.atom' && !rest.length) return weekFeed(context, list);
  if (!rest.length && (msgid === 'description' || msgid === 'cloneurl')) return about(request, db, list, msgid);
  const known =
    list === 'all'
      ? { id: null, synthetic: (await lists(db)).some((one) => one.synthetic) ? 1 : 0 }
      : await findList(db, list);
  if (!known)
    return (await onOtherList(db, msgid, '')) ?? notFound(`The list "${list.slice(0, 100)}"`, msgid.slice(0, 200));
  if (!rest.length) return listAlias(list, msgid) ?? redirect(messageHref(list, msgid), 301);
  if (looksLikeSpan(msgid)) return spanPage(db, list, known, msgid);
  const found = await readMessage(db, msgid, imposterOf(query));
  if (found) {
    const notes = quoteNotes(list, found.taken, found.quoted);
    return <MessagePage page={found} list={list} notes={notes} lit={linesOf(query)} sections={await sectionsOf(db)} />;
  }
  return (await withoutEnding(db, list, msgid)) ?? listAlias(list, msgid) ?? ghostOrNothing(db, list, msgid);
});

/** `POST /{list}/{msgid}/?x=m&q=...`: the mails of a thread that match, as mbox.gz. liblore uses it to fetch new mail. */
export const POST = page(async ({ parts, query, db }) => {
  const [list = '', msgid = ''] = parts;
  const q = query.get('q') ?? '';
  if (query.get('x') !== 'm')
    return problem(400, 'This cannot be answered', 'POST only serves results as mbox.gz: use ?q=QUERY&x=m.');
  const isKnown = list === 'all' || (await findList(db, list));
  const thread = isKnown ? await threadOf(db, msgid) : undefined;
  if (thread === undefined) return notFound(`The message <${msgid.slice(0, 200)}>`, msgid.slice(0, 200));
  return searchMbox(db, q, { list: list === 'all' ? null : list, thread }, false);
});

/** `/{list}/{msgid}.html` and `.txt`, the form of old links. */
async function withoutEnding(db: Snapshot, list: string, name: string): Promise<Response | null> {
  const [, msgid = '', ending] = /^(.+)\.(html|txt)$/.exec(name) ?? [];
  if (!ending || !(await findMessage(db, msgid))) return null;
  return redirect(messageHref(list, msgid) + (ending === 'txt' ? 'raw' : ''), 301);
}

/** `description` and `cloneurl`, a line each, as public-inbox and its mirrors exchange them. */
async function about(request: Request, db: Snapshot, list: string, what: string): Promise<Response> {
  const known = list === 'all' ? { description: 'all lists' } : await findList(db, list);
  if (!known) return notFound(`The list "${list.slice(0, 100)}"`, list.slice(0, 100));
  if (what === 'description') return text(`${known.description ?? list}\n`);
  const urls = await cloneUrls(request, list);
  return urls.length ? text(`${urls.join('\n')}\n`) : notFound('A git repository of this list', list);
}

/** `?lines=33-37`, counted from 1; null if it is absent or malformed. */
function linesOf(query: URLSearchParams): [number, number] | null {
  const found = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(query.get('lines') ?? '');
  return found ? [Number(found[1]) - 1, Number(found[2] ?? found[1]) - 1] : null;
}

/** `/{list}/all.mbox.gz` */
async function allMbox(db: Snapshot, name: string): Promise<Response> {
  if (name !== 'all' && !(await findList(db, name))) return notFound(`The list "${name.slice(0, 100)}"`, '');
  return searchMbox(db, '', { list: name === 'all' ? null : name }, false);
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

/** A ghost is known only from its replies; any other message is absent. */
async function ghostOrNothing(db: Snapshot, list: string, msgid: string) {
  const gone = await withdrawnOf(db, msgid);
  if (gone) return gone;
  if ((await threadOf(db, msgid)) === undefined) return absentMessage(db, msgid);
  return (
    <Document sections={await sectionsOf(db)} title="Message not in this archive" list={list === 'all' ? null : list}>
      <section className="problem">
        <h1>This message is not in this archive</h1>
        <p>
          Other mails refer to it. Read <a href={threadHref(list, msgid)}>the thread of its replies</a>, or look for{' '}
          <a href={loreHref(msgid)}>the message at lore</a>.
        </p>
      </section>
    </Document>
  );
}

async function spanPage(db: Snapshot, list: string, known: { id: number | null; synthetic: number }, name: string) {
  const span = spanOf(name);
  if (!span)
    return problem(
      400,
      'This is not a date',
      'Use 2004 for a year, 2004-07 for a month, 2004-W31 for a week, 2004-07-28 for a day.',
    );
  const { from, to, previous, next } = span;
  const threads = await threadsBetween(db, known.id, from, to);
  const week = span.kind === 'week' ? await weekOf(db, known.id, from, to) : null;
  const argued = week ? [] : await debates(db, firstIdAt(from), firstIdAt(to), 5, known.id);
  const messages = threads.reduce((sum, thread) => sum + thread.here, 0);
  return (
    <Document
      sections={await sectionsOf(db)}
      title={`${name} · ${list}`}
      list={list === 'all' ? null : list}
      synthetic={known.synthetic === 1}
      debates={debatesHref(list)}
      {...(span.kind === 'week' ? { feed: weekFeedHref(list) } : {})}
    >
      <h1>
        <a href={listHref(list)}>{list}</a> {name}{' '}
        <small>
          {plural(messages, 'message')} in {plural(threads.length, 'thread')}
        </small>
      </h1>
      <nav className="pages" aria-label="Before and after">
        <a rel="prev" href={monthHref(list, previous)}>
          {previous}
        </a>
        <a rel="next" href={monthHref(list, next)}>
          {next}
        </a>
      </nav>
      {week ? <WeekParts parts={week} list={list} /> : null}
      <Debates debates={argued} list={list} title="Debates" feed={debatesHref(list)} />
      {week?.length || argued.length ? <h2>Threads</h2> : null}
      {threads.length ? (
        <ThreadTable threads={threads} list={list} />
      ) : (
        <p className="empty">No mail in this {span.kind}.</p>
      )}
    </Document>
  );
}
