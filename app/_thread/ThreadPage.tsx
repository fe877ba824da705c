import type { CaseHead as Head } from '#db/queries/case';
import type { SameTopic as SameTopicFound } from '#db/queries/sametopic';
import type { Thread, ThreadRow } from '#db/queries/thread';
import type { ThreadCase } from '#db/queries/threadcase';
import { FLAG } from '#mail/flags';
import { timeOf } from '#mail/ids';
import { Copy } from '../_ui/bits';
import { CaseHead } from '../_ui/Case';
import { Document } from '../_ui/Document';
import { idArgument, isoTime, nameOf, plural, shellWord, shortDate, span } from '../_ui/format';
import { digestHref, flatHref, listHref, messageHref, threadHref } from '../_ui/links';
import { SameTopic } from '../_ui/SameTopic';
import type { Sections } from '../_ui/sections';
import { ThreadCaseHead } from '../_ui/ThreadCase';
import { anchorOf } from './Mail';
import { Outline } from './Outline';
import { ThreadPicture } from './ThreadPicture';

export interface ThreadHeadProps {
  thread: Thread;
  /** The case of the series that the thread begins with; null if it begins with none. */
  found: Head | null;
  /** The case of a thread that begins with no series. */
  other: ThreadCase | null;
  topic: SameTopicFound | null;
  list: string;
  /** The message that the address names. */
  msgid: string;
  view: 'nested' | 'flat';
  /** Long diffs are folded. */
  isFolded: boolean;
  /** A placeholder for the mails: the page is split there and sent in two parts. */
  cut: string;
  sections: Sections;
}

/** A thread's page without its mails, which are streamed in place of `cut`. */
export function ThreadFrame({
  thread,
  found,
  other,
  topic,
  list,
  msgid,
  view,
  isFolded,
  cut,
  sections,
}: ThreadHeadProps) {
  const mails = thread.rows.filter((row) => row.ghost === null);
  const first = timeOf(thread.first_id);
  const last = timeOf(thread.last_id);
  const beginner = mails.find((row) => row.id === thread.first_id) ?? mails[0];
  return (
    <Document
      sections={sections}
      title={`${thread.subject || '(no subject)'} · ${list}`}
      list={list === 'all' ? null : list}
      synthetic={thread.lists.some(({ synthetic }) => synthetic === 1)}
    >
      <header className="threadhead">
        <h1>
          <bdi>{thread.subject || '(no subject)'}</bdi>
        </h1>
        <p className="facts">
          {plural(thread.messages, 'message')} by {plural(thread.participants, 'person', 'people')}
          {beginner ? (
            <>
              {thread.rows[0]?.ghost ? ', oldest here by ' : ', begun by '}
              <bdi>{nameOf(beginner.author, beginner.address)}</bdi>
            </>
          ) : null}{' '}
          on <time dateTime={isoTime(first)}>{shortDate(first)}</time>
          {last - first > 60 ? `, over ${span(last - first)}` : ''}, on{' '}
          {thread.lists.map(({ name }, n) => (
            <span key={name}>
              {n ? ', ' : ''}
              <a href={listHref(name)}>{name}</a>
            </span>
          ))}
        </p>
        {found ? <CaseHead found={found} /> : null}
        {other ? <ThreadCaseHead found={other} messages={thread.messages} /> : null}
        <nav className="views" aria-label="Views of this thread">
          <a href={threadHref(list, msgid)} aria-current={view === 'nested' ? 'page' : undefined}>
            nested
          </a>
          <a href={flatHref(list, msgid)} aria-current={view === 'flat' ? 'page' : undefined}>
            flat
          </a>
          {isFolded && mails.some(({ flags }) => flags & FLAG.patch) ? (
            <a href="?diffs=open" rel="nofollow">
              all diffs open
            </a>
          ) : null}
          {thread.messages > 4 ? <a href={digestHref(list, msgid)}>digest</a> : null}
          <a href={`${messageHref(list, msgid)}t.mbox.gz`}>mbox.gz</a>
          <a href={`${messageHref(list, msgid)}t.atom`}>Atom</a>
          <Copy text={`b4 mbox ${shellWord(idArgument(msgid))}`}>copy b4 mbox</Copy>
        </nav>
      </header>
      {mails.length > 2 ? (
        <details className="fold" open>
          <summary>Who answered whom</summary>
          <ThreadPicture rows={thread.rows} hrefOf={(row) => `#${anchorOf(row)}`} lanes={PICTURE_LANES} />
        </details>
      ) : null}
      <People rows={mails} />
      <div className="columns">
        <details className="index" id="r" open>
          <summary id="t">Outline</summary>
          <nav className="box" aria-label="Outline">
            <Outline rows={thread.rows} subject={thread.subject} />
          </nav>
        </details>
        <div className="mails" id="b">
          {cut}
        </div>
      </div>
      {topic ? <SameTopic found={topic} /> : null}
    </Document>
  );
}

/** Few lanes, so that the mails stay on the first screen. The digest has more. */
const PICTURE_LANES = 7;
/** Most names that are listed; the picture and the outline have all. */
const MAX_PEOPLE = 40;

function People({ rows }: { rows: ThreadRow[] }) {
  const people = new Map<number, { name: string; messages: number; first: ThreadRow }>();
  for (const row of rows) {
    const key = row.person_id ?? -row.author_id;
    const known = people.get(key) ?? { name: nameOf(row.author, row.address), messages: 0, first: row };
    known.messages++;
    people.set(key, known);
  }
  const sorted = [...people.entries()].sort(([, a], [, b]) => b.messages - a.messages);
  if (sorted.length < 2) return null;
  return (
    <details className="who">
      <summary>People</summary>
      <ul>
        {sorted.slice(0, MAX_PEOPLE).map(([key, { name, messages, first }]) => (
          <li key={key}>
            <a href={`#${anchorOf(first)}`}>
              <bdi>{name}</bdi>
            </a>{' '}
            <small>{messages}</small>
          </li>
        ))}
        {sorted.length > MAX_PEOPLE ? <li>and {sorted.length - MAX_PEOPLE} others</li> : null}
      </ul>
    </details>
  );
}
