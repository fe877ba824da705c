import type { Snapshot } from '#db/open';
import { caseHead } from '#db/queries/case';
import { sameTopic } from '#db/queries/sametopic';
import { MAX_ROWS, type Thread, type ThreadRow, threadTexts } from '#db/queries/thread';
import { threadCase } from '#db/queries/threadcase';
import { readThreadPage } from '#db/queries/threadpage';
import type { Shown } from '#mail/render';
import { tooManyLarge } from '../_page/large';
import { holdLarge, LARGE_PAGE_BYTES, PAGE_TIMES } from '../_page/memorybudget';
import { HtmlStream, notFound, render } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { markupOf } from '../_web/markup';
import { ThreadMail } from './Mail';
import { ThreadFrame } from './ThreadPage';

/** Mails rendered at a time, so that the first are sent while the others are rendered. */
const MAILS_AT_ONCE = 20;
const CUT = '\u0001mails\u0001';

/** In a thread of more mails, longer diffs and quotations are folded, so that the replies are not lost among them. */
const FEW_MAILS = 4;
const FOLD = { diffs: 20, quotes: 9 };

/** A thread's page, nested (`t/`) in display order or flat (`T/`) by time; `withDiffs`: no diff is folded. */
export async function threadPage(
  db: Snapshot,
  list: string,
  msgid: string,
  view: 'nested' | 'flat',
  withDiffs: boolean,
) {
  const thread = await readThreadPage(db, msgid);
  if (!thread) return notFound(`The message <${msgid.slice(0, 200)}>`, msgid.slice(0, 200));
  const shown = thread.rows.filter((row) => row.ghost === null);
  if (view === 'flat') shown.sort((a, b) => a.id - b.id);
  const found = thread.head === null ? null : await caseHead(db, thread.head);
  const readable = withinBytes(shown);
  const bytes = readable.reduce((sum, { text_size }) => sum + text_size, 0);
  const release = holdLarge(bytes, PAGE_TIMES, undefined, LARGE_PAGE_BYTES);
  if (!release) return tooManyLarge('/[list]/[msgid]/[view]');
  try {
    // Read before the transaction ends; compressed blocks are small and mostly kept.
    const texts = await threadTexts(db, readable);
    const isFolded = thread.messages > FEW_MAILS && !withDiffs;
    const frame = render(
      <ThreadFrame
        thread={thread}
        found={found}
        other={found ? null : await threadCase(db, thread, texts)}
        topic={
          await sameTopic(db, thread.subject, {
            thread: thread.id,
            series: thread.series === null ? [] : [thread.series],
          })
        }
        list={list}
        msgid={msgid}
        view={view}
        isFolded={isFolded}
        cut={CUT}
        sections={await sectionsOf(db)}
      />,
    );
    const [before = '', after = ''] = frame.split(CUT);
    const made = parts(before, after, thread, shown, texts, list, view, msgid, isFolded ? FOLD : undefined);
    // A short thread is sent whole, which takes half the calls.
    return new HtmlStream(thread.rows.length <= MAILS_AT_ONCE && bytes < SHORT ? [[...made].join('')] : made, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** Most text of a thread that is sent whole, in bytes. */
const SHORT = 100 * 1024;

/** Most text on one page. The rest of a longer thread is on the pages of its mails, and in the mbox. */
const MAX_PAGE_TEXT = 24 * 1024 * 1024;

/** The first mails whose texts fit on one page. */
function withinBytes(rows: ThreadRow[]): ThreadRow[] {
  let left = MAX_PAGE_TEXT;
  return rows.filter(({ text_size }) => {
    left -= text_size;
    return left >= 0;
  });
}

function* parts(
  before: string,
  after: string,
  thread: Thread,
  shown: ThreadRow[],
  texts: Map<number, string>,
  list: string,
  view: 'nested' | 'flat',
  msgid: string,
  fold: Shown['fold'],
) {
  let asked = shown.find((row) => row.msgid === msgid);
  asked ??= shown[0];
  yield before;
  const nest = new Nest(view === 'nested' ? thread.rows : []);
  const rows = view === 'nested' ? thread.rows : shown;
  for (let at = 0; at < rows.length; at += MAILS_AT_ONCE) {
    yield rows
      .slice(at, at + MAILS_AT_ONCE)
      .map((row) => {
        const parent = row.parent === null ? null : (thread.rows[row.parent] ?? null);
        const text = texts.get(row.position) ?? null;
        const mail =
          row.ghost === null
            ? markupOf(
                <ThreadMail
                  row={row}
                  text={text}
                  list={list}
                  shownSubject={thread.subject}
                  parent={parent}
                  isAsked={row === asked}
                  fold={fold}
                />,
              )
            : '';
        return nest.before(row) + mail + nest.after(row);
      })
      .join('');
  }
  yield nest.end();
  if (thread.messages > MAX_ROWS)
    yield `<p class="cut">${thread.messages - MAX_ROWS} more messages are in the mbox.gz.</p>`;
  yield after;
}

/** Deeper replies are not nested further: a phone has no room for more, and parsers bound the depth of elements. */
const MAX_NEST = 10;

/** Puts the replies to each mail into a `<details>` below it, so that they fold without a script. */
class Nest {
  /** Depths of the rows whose groups are open. */
  readonly #open: number[] = [];
  constructor(private readonly rows: ThreadRow[]) {}

  /** Ends the groups that a row does not belong to. */
  before(row: ThreadRow): string {
    let ended = '';
    while ((this.#open.at(-1) ?? -1) >= row.depth) {
      this.#open.pop();
      ended += '</details>';
    }
    return ended;
  }

  /** Begins a group if the next rows answer this one; several ghosts in a row share one. */
  after(row: ThreadRow): string {
    const next = this.rows[row.position + 1];
    if (this.#open.length >= MAX_NEST || (row.ghost !== null && next?.ghost != null)) return '';
    let answers = 0;
    for (let at = row.position + 1; (this.rows[at]?.depth ?? -1) > row.depth; at++)
      if (this.rows[at]?.ghost === null) answers++;
    if (!answers) return '';
    this.#open.push(row.depth);
    const what = row.ghost === null ? '' : ' to a message that is not in this archive';
    return `<details class="sub" open><summary>${answers} ${answers === 1 ? 'reply' : 'replies'}${what}</summary>`;
  }

  end(): string {
    return '</details>'.repeat(this.#open.length);
  }
}
