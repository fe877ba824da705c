import type { Snapshot } from '#db/open';
import { rawOf, rawPartsOf } from '#db/queries/blocks';
import { newestOfThread } from '#db/queries/feed';
import { findList } from '#db/queries/list';
import { findMessage, idsOfThread } from '#db/queries/message';
import { threadOf } from '#db/queries/thread';
import { readAttachment } from '#mail/attachment';
import { BLOB_NAME, blobPage } from '../../../_blob/page';
import { absentMessage } from '../../../_page/absent';
import { atomOf } from '../../../_page/atom';
import { bodyOf, tooManyLarge } from '../../../_page/large';
import { mailsById, mboxGzip } from '../../../_page/mbox';
import { holdLarge, LARGE_BYTES, TAKEN_APART } from '../../../_page/memorybudget';
import { notFound, page } from '../../../_page/page';
import { legacy, onOtherList } from '../../../_page/redirects';
import { digestPage } from '../../../_thread/digest';
import { htmlView } from '../../../_thread/htmlview';
import { threadPage } from '../../../_thread/thread';
import { digestHref, messageHref } from '../../../_ui/links';
import { dispositionOf, etagOf, ISOLATED, imposterOf, redirect, respond } from '../../../_web/http';
import { ATOM } from '../../../search/results';

/** `T/`, `t/`, `digest/`, `raw`, `html`, `t.mbox.gz` and attachments of a message; `s/` of a blob. */
export const GET = page(async ({ request, parts, query, db, version }) => {
  const [list = '', msgid = '', view = '', ...rest] = parts;
  if (list !== 'all' && !(await findList(db, list)))
    return (
      (await onOtherList(db, msgid, view + (rest.length ? '/' : ''))) ??
      notFound(`The list "${list.slice(0, 100)}"`, msgid.slice(0, 200))
    );
  const old = legacy(list, msgid, [view, ...rest]);
  if (old) return old;
  if (view === 'f') return redirect(messageHref(list, msgid), 301);
  if (view === 'R') return redirect(`${messageHref(list, msgid)}#R`, 301);
  if (view === 't.mbox') return redirect(`${messageHref(list, msgid)}t.mbox.gz`, 301);
  if (view === 'T' || view === 't') {
    if (!rest.length) return redirect(`${messageHref(list, msgid)}${view}/#u`, 301);
    return threadPage(db, list, msgid, view === 't' ? 'nested' : 'flat', query.get('diffs') === 'open');
  }
  if (view === 'digest') {
    if (!rest.length) return redirect(digestHref(list, msgid), 301);
    return digestPage(db, list, msgid, query.get('format'));
  }
  if (view === 's' && BLOB_NAME.test(msgid)) {
    if (!rest.length) return redirect(`${messageHref(list, msgid)}s/`, 301);
    return blobPage(db, list, msgid, query);
  }
  if (rest.length) return redirect(`${messageHref(list, msgid)}${encodeURIComponent(view)}`, 301);
  if (view === 'raw') return rawMail(db, msgid, imposterOf(query));
  if (view === 'html') return htmlView(db, list, msgid, imposterOf(query));
  if (view === 't.atom') return threadFeed(request, db, msgid);
  if (view === 't.mbox.gz') return threadMbox(db, msgid, etagOf(version, request.url));
  if (/^\d{1,4}-/.test(view)) return attachment(db, msgid, Number.parseInt(view, 10), imposterOf(query));
  return notFound('This view of a message', msgid.slice(0, 200));
});

const ROUTE = '/[list]/[msgid]/[view]';

/** The mail's bytes, unchanged. */
async function rawMail(db: Snapshot, msgid: string, imposter: number | null): Promise<Response> {
  const message = await findMessage(db, msgid, imposter);
  if (!message) return absentMessage(db, msgid);
  const release = holdLarge(message.bytes, 1, message.id);
  if (!release) return tooManyLarge(ROUTE);
  return releasing(release, async () => {
    const [parts = []] = await rawPartsOf(db, [message]);
    return download(parts, release, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': dispositionOf('inline', `${msgid}.eml`),
    });
  });
}

/** Gives back the room held for a large mail if `make` fails. */
async function releasing(release: () => void, make: () => Promise<Response>): Promise<Response> {
  try {
    return await make();
  } catch (error) {
    release();
    throw error;
  }
}

/** Untrusted bytes: a small mail is sent at once, a large one is streamed. */
function download(parts: Buffer[], release: () => void, headers: Record<string, string>): Response {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const body = length > LARGE_BYTES ? bodyOf(parts, release) : new Uint8Array(Buffer.concat(parts));
  if (length <= LARGE_BYTES) release();
  return respond(body, 200, { ...ISOLATED, 'Content-Length': String(length), ...headers });
}

async function threadFeed(request: Request, db: Snapshot, msgid: string): Promise<Response> {
  const thread = await threadOf(db, msgid);
  if (thread === undefined) return absentMessage(db, msgid);
  const rows = await newestOfThread(db, thread);
  return respond(atomOf(request, rows.at(-1)?.subject ?? msgid, rows), 200, ATOM);
}

async function threadMbox(db: Snapshot, msgid: string, etag: string): Promise<Response> {
  const thread = await threadOf(db, msgid);
  if (thread === undefined) return absentMessage(db, msgid);
  return respond(mboxGzip(mailsById(await idsOfThread(db, thread))), 200, {
    'Content-Type': 'application/gzip',
    'Content-Disposition': dispositionOf('attachment', `${msgid}.mbox.gz`),
    ETag: etag,
    'Cache-Control': 'no-cache',
  });
}

/** Always a download, with a type that no browser runs: the attachment's name and type come from a stranger. */
async function attachment(db: Snapshot, msgid: string, index: number, imposter: number | null): Promise<Response> {
  const message = await findMessage(db, msgid, imposter);
  const release = holdLarge(message?.bytes ?? 0, TAKEN_APART);
  if (!release) return tooManyLarge(ROUTE);
  return releasing(release, async () => {
    const [raw] = message ? await rawOf(db, [message]) : [];
    const part = raw ? await readAttachment(raw, index) : null;
    if (part)
      return download([part.content], release, {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': dispositionOf('attachment', part.name ?? 'attachment'),
      });
    release();
    return notFound('This attachment', msgid.slice(0, 200));
  });
}
