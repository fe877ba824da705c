import { createHash } from 'node:crypto';
import type { ThreadRow } from '#db/queries/thread';
import { renderBody, type Shown } from '#mail/render';
import { Name, SentAt } from '../_ui/bits';
import { fileSize } from '../_ui/format';
import { anyHref, blobHref, commitHref, imposterQuery, messageHref } from '../_ui/links';

/** What is shown of one mail, in a thread and on its own page. */
export type ShownMail = Pick<
  ThreadRow,
  | 'id'
  | 'msgid'
  | 'imposter'
  | 'subject'
  | 'author'
  | 'address'
  | 'sent_at'
  | 'sent_zone'
  | 'date_note'
  | 'attachments'
  | 'notes'
>;

/** One mail of a thread page: its head line with links, and its body. */
export function ThreadMail({
  row,
  text,
  list,
  shownSubject,
  parent,
  isAsked,
  fold,
}: {
  row: ThreadRow;
  /** Null if the page is full. */
  text: string | null;
  list: string;
  shownSubject: string;
  parent: ThreadRow | null;
  /** The mail that the page's address names. */
  isAsked: boolean;
  fold: Shown['fold'];
}) {
  return (
    <article className="mail" id={anchorOf(row)}>
      <header>
        <span id={loreAnchor(row.msgid)} />
        {isAsked ? <span id="u" /> : null}
        <h2>
          <Name name={row.author} address={row.address} person={row.person} />
        </h2>{' '}
        <SentAt at={row.sent_at} zone={row.sent_zone} note={row.date_note} />
        {parent ? (
          <a className="up" href={`#${anchorOf(parent)}`} title="the mail that this one answers">
            ↑{' '}
            {parent.ghost === null ? (
              <bdi>{parent.author || parent.address}</bdi>
            ) : parent.withdrawn === null ? (
              'missing'
            ) : (
              'withdrawn'
            )}
          </a>
        ) : null}
        <a className="self" href={`${messageHref(list, row.msgid)}${imposterQuery(row)}`}>
          permalink
        </a>
        <a href={`${messageHref(list, row.msgid)}raw${imposterQuery(row)}`}>raw</a>
        <a href={`${messageHref(list, row.msgid)}${imposterQuery(row)}#R`}>reply</a>
        {sameSubject(row.subject, parent?.subject || shownSubject) ? null : (
          <h3>
            <bdi>{row.subject || '(no subject)'}</bdi>
          </h3>
        )}
        <Warnings row={row} />
      </header>
      <details open>
        <summary>text</summary>
        {text === null ? (
          <p className="cut">This page is full: the text of this mail is on its own page.</p>
        ) : (
          <BodyText text={text} fold={fold} />
        )}
        <Attachments list={list} row={row} />
      </details>
    </article>
  );
}

/** public-inbox's anchor of a mail within its thread: mails and bug trackers link to it. */
const loreAnchor = (msgid: string): string => `m${createHash('sha1').update(msgid).digest('hex')}`;

/** Anchor of a mail or ghost within its thread's page. */
export const anchorOf = (row: Pick<ThreadRow, 'position'>) => `m${row.position}`;

/** The same subject but for `Re:` and white space. */
export function sameSubject(a: string, b: string): boolean {
  const bare = (subject: string) =>
    subject
      .replace(/^(\s*(re|aw|sv|antw|fwd?)\s*:\s*)+/i, '')
      .replace(/\s+/g, ' ')
      .trim()
      .toLowerCase();
  return bare(a) === bare(b);
}

const LINKS = { msgid: anyHref, blob: blobHref, commit: commitHref };

export function BodyText({ text, ...shown }: { text: string } & Shown) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: renderBody escapes everything; one string keeps a long thread fast
  return <div className="body" dangerouslySetInnerHTML={{ __html: renderBody(text, LINKS, shown) }} />;
}

export function Warnings({ row }: { row: Pick<ShownMail, 'imposter' | 'notes'> }) {
  const notes: string[] = row.notes ? JSON.parse(row.notes) : [];
  if (row.imposter) notes.unshift('Another message used this Message-ID first: this one is an imposter.');
  return notes.length ? <p className="note">{notes.join(' · ')}</p> : null;
}

/** Most attachments that are listed for one mail. */
const MAX_ATTACHMENTS = 100;

export function Attachments({
  list,
  row,
}: {
  list: string;
  row: Pick<ShownMail, 'id' | 'msgid' | 'imposter' | 'attachments'>;
}) {
  if (!row.attachments) return null;
  const attachments: { index: number; name: string | null; type: string; size: number }[] = JSON.parse(row.attachments);
  return (
    <ul className="attachments" aria-label="Attachments">
      {attachments.slice(0, MAX_ATTACHMENTS).map(({ index, name, type, size }) => (
        <li key={index}>
          <a href={attachmentHref(list, row, { index, name })} download>
            <bdi>{name ?? 'attachment'}</bdi>
          </a>{' '}
          {type}, {fileSize(size)}
        </li>
      ))}
      {attachments.length > MAX_ATTACHMENTS ? (
        <li className="cut">{attachments.length - MAX_ATTACHMENTS} more are in the raw mail.</li>
      ) : null}
    </ul>
  );
}

/** The address of an attachment; the name in it is only for human readers. */
export const attachmentHref = (
  list: string,
  row: Pick<ShownMail, 'id' | 'msgid' | 'imposter'>,
  { index, name }: { index: number; name: string | null },
) => `${messageHref(list, row.msgid)}${index}-${encodeURIComponent(safeName(name))}${imposterQuery(row)}`;

/** A file name for a path: no separators, no leading dot, bounded. */
const safeName = (name: string | null) =>
  (name ?? 'attachment')
    .replace(/[^\p{L}\p{N}._+-]+/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 100)
    .toWellFormed() || 'attachment';
