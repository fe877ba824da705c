import type { Snapshot } from '#db/open';
import { MAX_ROWS, readThread, type Thread, type ThreadRow, threadOf, threadTexts } from '#db/queries/thread';
import { ThreadMail } from '../_components/Mail';
import { ThreadFrame } from '../_components/ThreadPage';
import { markupOf } from './markup';
import { HtmlStream, notFound, render } from './page';

/** Mails rendered at a time: the first are on their way while the others are made. */
const MAILS_AT_ONCE = 20;
const CUT = '\u0001mails\u0001';

/** A thread's page, nested (`t/`) in display order or flat (`T/`) by time. */
export async function threadPage(db: Snapshot, list: string, msgid: string, view: 'nested' | 'flat') {
  const id = await threadOf(db, msgid);
  const thread = id === undefined ? undefined : await readThread(db, id);
  if (!thread) return notFound(`The message <${msgid.slice(0, 200)}>`, msgid.slice(0, 200));
  const shown = thread.rows.filter((row) => row.ghost === null);
  if (view === 'flat') shown.sort((a, b) => a.id - b.id);
  const frame = render(<ThreadFrame thread={thread} list={list} msgid={msgid} view={view} cut={CUT} />);
  const [before = '', after = ''] = frame.split(CUT);
  // Read before the transaction ends; compressed blocks are small and mostly kept.
  const texts = await threadTexts(db, shown);
  return new HtmlStream(parts(before, after, thread, shown, texts, list, view));
}

async function* parts(
  before: string,
  after: string,
  thread: Thread,
  shown: ThreadRow[],
  texts: Map<number, string>,
  list: string,
  view: 'nested' | 'flat',
) {
  yield before;
  for (let at = 0; at < shown.length; at += MAILS_AT_ONCE) {
    yield shown
      .slice(at, at + MAILS_AT_ONCE)
      .map((row) => {
        const parent = row.parent === null ? null : (thread.rows[row.parent] ?? null);
        const text = texts.get(row.position) ?? '';
        const placed = view === 'flat' ? { ...row, depth: 0 } : row;
        return markupOf(
          <ThreadMail row={placed} text={text} list={list} shownSubject={thread.subject} parent={parent} />,
        );
      })
      .join('');
    // Other requests have their turn between the parts of a long thread.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (thread.messages > MAX_ROWS)
    yield `<p class="cut">${thread.messages - MAX_ROWS} more messages are in the mbox.gz.</p>`;
  yield after;
}
