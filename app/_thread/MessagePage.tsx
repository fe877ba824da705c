import type { Neighbour, MessagePage as Page } from '#db/queries/message';
import type { PatchPlace } from '#db/queries/patchplace';
import { decodeWords } from '#mail/address';
import { allHeaders } from '#mail/header';
import type { LineSpan, Note } from '#mail/render';
import { Copy, Name, SentAt } from '../_ui/bits';
import { Document } from '../_ui/Document';
import { idArgument, maskAddress, maskAll, nameOf, plural, shellWord, shortTime } from '../_ui/format';
import { imposterQuery, listHref, loreHref, messageHref, threadHref } from '../_ui/links';
import type { Sections } from '../_ui/sections';
import { Attachments, BodyText, sameSubject, Warnings } from './Mail';
import { Reply } from './Reply';

/** Headers shown open; the others are one click away. */
const SHOWN = new Set(['to', 'cc']);
/** Headers about hops, signatures and filters, often three quarters of all headers. The raw mail has them. */
const HOPS =
  /^(?:(?:x-)?received(?:-spf)?|return-path|delivered-to|(?:x-)?(?:original|envelope)-(?:to|from)|(?:x-)?authentication-results|precedence|(?:x-)?(?:arc|dkim|domainkey|google|gm|spam|spamd|rspamd|virus|ms|microsoft|forefront|exchange|eopattributedmessage|ironport|proofpoint|mimecast|cse|amp|barracuda|ham|sa|pstn|brightmail|sg|ses)-.*|(?:x-)?(?:ironport|spam|virus|barracuda).*|list-(?!id).*)$/i;
const MAX_HEADERS = 200;

/** One message: what, who, when, to whom; its text; and its place in the thread. */
export function MessagePage({
  page,
  list,
  notes,
  lit,
  sections,
}: {
  page: Page;
  list: string;
  /** Who answered which passage, and where quotations come from. */
  notes: Note[];
  /** Lines to mark, named in the address. */
  lit: LineSpan | null;
  sections: Sections;
}) {
  const { message, place } = page;
  const all = allHeaders(page.head);
  const headers = all.slice(0, MAX_HEADERS);
  const listed = headers.filter(({ name }) => !HOPS.test(name));
  const shown = headers.filter(({ name }) => SHOWN.has(name.toLowerCase()));
  return (
    <Document
      sections={sections}
      title={`${message.subject || '(no subject)'} · ${list}`}
      list={list === 'all' ? null : list}
      synthetic={page.lists.some(({ synthetic }) => synthetic === 1)}
    >
      <article className="mail alone" id="b">
        <header>
          <h1 id="u">
            <bdi>{message.subject || '(no subject)'}</bdi>
          </h1>
          <dl className="head">
            <dt>From</dt>
            <dd>
              <Name name={message.author} address={message.address} person={message.person} />{' '}
              {message.author ? <span className="address">&lt;{maskAddress(message.address)}&gt;</span> : null}
            </dd>
            <dt>Date</dt>
            <dd>
              <SentAt at={message.sent_at} zone={message.sent_zone} note={message.date_note} />
            </dd>
            {shown.map(({ name, value }, n) => (
              <Recipients key={`${name}${n}`} name={name} value={maskAll(decodeWords(value))} />
            ))}
            <dt>Lists</dt>
            <dd>
              {page.lists.map(({ name }, n) => (
                <span key={name}>
                  {n ? ', ' : ''}
                  <a href={listHref(name)}>{name}</a>
                </span>
              ))}
            </dd>
          </dl>
          {place ? <InSeries place={place} list={list} /> : null}
          <Warnings row={message} />
          {page.others.length ? <Others page={page} list={list} /> : null}
          <nav className="views" aria-label="This message">
            <a href={`${threadHref(list, message.msgid)}#m${page.position}`}>thread ({page.threadMessages})</a>
            <a href={`${messageHref(list, message.msgid)}raw${imposterQuery(message)}`}>raw</a>
            {page.seemsHtml ? (
              <a href={`${messageHref(list, message.msgid)}html${imposterQuery(message)}`}>HTML</a>
            ) : null}
            <a href={`${messageHref(list, message.msgid)}t.mbox.gz`}>thread as mbox.gz</a>
            <a href="#R">reply</a>
            <Copy text={`b4 am ${shellWord(idArgument(message.msgid))}`}>copy b4 am</Copy>
            <Copy text={`b4 mbox ${shellWord(idArgument(message.msgid))}`}>copy b4 mbox</Copy>
            <a href={loreHref(message.msgid)}>lore</a>
          </nav>
        </header>
        <BodyText text={page.text} notes={notes} lit={lit ? [{ lines: lit }] : []} />
        <Attachments list={list} row={message} />
      </article>
      <Neighbourhood page={page} list={list} />
      <Reply message={message} text={page.text} headers={headers} />
      <details className="headers">
        <summary>
          {listed.length < all.length
            ? `${listed.length} of ${all.length} headers (those of hops and filters are in the raw mail)`
            : `All ${all.length} headers`}
        </summary>
        <dl>
          {listed.map(({ name, value }, n) => (
            <div key={`${name}${n}`}>
              <dt>{name}</dt>
              <dd>{maskAll(value)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Document>
  );
}

/** Links to other messages with the same Message-ID, so that none of them is hidden. */
function Others({ page, list }: { page: Page; list: string }) {
  return (
    <p className="note">
      {plural(page.others.length, 'other message has', 'other messages have')} the same Message-ID:
      {page.others.map((other, n) => (
        <span key={other.id}>
          {n ? ', ' : ' '}
          <a href={`${messageHref(list, page.message.msgid)}${imposterQuery(other)}`}>
            {other.imposter ? 'an imposter' : 'the one that came first'}
          </a>
        </span>
      ))}
    </p>
  );
}

/** The place of a patch in its series, its neighbours, and the state of the series. */
function InSeries({ place, list }: { place: PatchPlace; list: string }) {
  return (
    <p className="facts">
      {place.position === null
        ? 'Patch'
        : place.position === 0
          ? 'Cover letter'
          : `Patch ${place.position} of ${place.total}`}
      , version {place.number}
      {place.part}
      {place.newest > place.number ? ` of ${place.newest}` : ''},{' '}
      <a href={`/series/${place.series}/`}>series: {place.status}</a>
      {place.previous ? (
        <>
          {' '}
          · <a href={messageHref(list, place.previous.msgid)}>← {place.previous.title}</a>
        </>
      ) : null}
      {place.next ? (
        <>
          {' '}
          · <a href={messageHref(list, place.next.msgid)}>{place.next.title} →</a>
        </>
      ) : null}
    </p>
  );
}

/** Longer lists of recipients are folded. */
const OPEN_RECIPIENTS = 240;

function Recipients({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {value.length <= OPEN_RECIPIENTS ? (
          <bdi>{value}</bdi>
        ) : (
          <details>
            <summary>
              <bdi>{value.slice(0, value.indexOf(',', 100) > 0 ? value.indexOf(',', 100) : 100)}</bdi> …
            </summary>
            <bdi>{value}</bdi>
          </details>
        )}
      </dd>
    </>
  );
}

function Neighbourhood({ page, list }: { page: Page; list: string }) {
  const { parent, previous, next, replies, message } = page;
  return (
    <nav className="around" id="r" aria-label="In this thread">
      {parent ? <Step label="in reply to" rel="up" to={parent} list={list} subject={message.subject} /> : null}
      {previous && previous.position !== parent?.position ? (
        <Step label="previous" rel="prev" to={previous} list={list} subject={message.subject} />
      ) : null}
      {next && !replies.includes(next) ? (
        <Step label="next" rel="next" to={next} list={list} subject={message.subject} />
      ) : null}
      {replies.map((reply) => (
        <Step
          key={reply.position}
          label="answered by"
          rel={reply === next ? 'next' : undefined}
          to={reply}
          list={list}
          subject={message.subject}
        />
      ))}
    </nav>
  );
}

function Step({
  label,
  rel,
  to,
  list,
  subject,
}: {
  label: string;
  rel?: string | undefined;
  to: Neighbour;
  list: string;
  subject: string;
}) {
  return (
    <p>
      <span className="label">{label}</span>{' '}
      {to.withdrawn !== null ? (
        <>
          a message that the operator withdrew: <bdi>{to.withdrawn}</bdi>
        </>
      ) : to.msgid === null ? (
        <a href={loreHref(to.ghost ?? '')}>a message that is not in this archive</a>
      ) : (
        <a rel={rel} href={messageHref(list, to.msgid)}>
          <bdi>{nameOf(to.author, to.address)}</bdi>, {shortTime(to.sent_at ?? 0)}
          {sameSubject(to.subject ?? '', subject) ? null : <bdi>: {to.subject}</bdi>}
        </a>
      )}
    </p>
  );
}
