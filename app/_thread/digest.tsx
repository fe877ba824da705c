import type { Snapshot } from '#db/open';
import { type Digest, type DigestPassage, readDigest } from '#db/queries/digest';
import { threadOf } from '#db/queries/thread';
import { timeOf } from '#mail/ids';
import { isItem } from '#quote/prose';
import { notFound } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { Name } from '../_ui/bits';
import { Document } from '../_ui/Document';
import { nameOf, plural, shortDate, shortTime, span } from '../_ui/format';
import { debatesHref, linesHref, listHref, messageHref, threadHref } from '../_ui/links';
import { dispositionOf, respond } from '../_web/http';
import { anchorOf } from './Mail';
import { ThreadPicture } from './ThreadPicture';

/** `/{list}/{msgid}/digest/`: the main passages of a thread, each with its link and its counts. */
export async function digestPage(db: Snapshot, list: string, msgid: string, format: string | null) {
  const id = await threadOf(db, msgid);
  const digest = id === undefined ? null : await readDigest(db, id);
  if (!digest) return notFound(`The message <${msgid.slice(0, 200)}>`, msgid.slice(0, 200));
  if (format === 'story') return storyDraft(digest);
  const { thread, passages } = digest;
  const href = threadHref(list, msgid);
  return (
    <Document
      sections={await sectionsOf(db)}
      title={`Digest: ${thread.subject || '(no subject)'} · ${list}`}
      list={list === 'all' ? null : list}
      synthetic={thread.lists.some(({ synthetic }) => synthetic === 1)}
      feed={`${messageHref(list, msgid)}t.atom`}
      debates={debatesHref(list)}
    >
      <header className="threadhead">
        <h1>
          <bdi>{thread.subject || '(no subject)'}</bdi>
        </h1>
        <Facts digest={digest} href={href} />
      </header>
      <ThreadPicture rows={thread.rows} hrefOf={(row) => `${href}#${anchorOf(row)}`} />
      <div className="digest">
        {PARTS.map(({ kinds, title }) => (
          <Part key={title} title={title} passages={passages.filter(({ kind }) => kinds.includes(kind))} list={list} />
        ))}
        {passages.length ? null : (
          <p className="empty">No passage of this thread stands out. Read the mails in the thread.</p>
        )}
      </div>
      <Patches digest={digest} />
      <Continued digest={digest} list={list} />
      <p className="facts">
        Passages are chosen by what their sentences do (object, measure, give reasons, settle) and by how many people
        answered them; each further passage of the same person counts less. Recognised verdicts are always included.
        Courtesy, logistics, code and mails from robots never are. The words are those of the mails.{' '}
        <a href="?format=story">Copy as a story</a>
      </p>
    </Document>
  );
}

/** The passages as the draft of a story (docs/STORIES.md), in the form in which site.js copies a selection. */
function storyDraft({ thread, passages }: Digest): Response {
  const quoted = passages.map(({ row, text, isCut }) => {
    const lines = `${text}${isCut ? ' […]' : ''}`.split('\n').map((line) => `> ${escapeMarkdown(line)}`);
    const source = `> — [${escapeMarkdown(nameOf(row.author, row.address))}](mid:${encodeURI(row.msgid).replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`;
    return [...lines, '>', source].join('\n');
  });
  const head = `---\ntitle: ${thread.subject.replace(/\s+/g, ' ')}\ndate: ${new Date().toISOString().slice(0, 10)}\nsummary: \nlist: ${thread.lists[0]?.name ?? ''}\n---`;
  return respond(`${[head, ...quoted].join('\n\n')}\n`, 200, {
    'Content-Type': 'text/markdown; charset=utf-8',
    'Content-Disposition': dispositionOf('attachment', `${thread.subject || 'story'}.md`),
    'Cache-Control': 'no-cache',
  });
}

/** Escapes the characters of a mail that Markdown would interpret. */
const escapeMarkdown = (text: string) =>
  text
    .trim()
    .replace(/[\\`*_[\]<>#+!|~&]|^[-=]|^\d+(?=[.)])/g, (sign) => (/\d/.test(sign) ? `${sign}\\` : `\\${sign}`));

function Facts({ digest: { thread }, href }: { digest: Digest; href: string }) {
  const [first, last] = [timeOf(thread.first_id), timeOf(thread.last_id)];
  const beginner = thread.rows.find((row) => row.ghost === null && row.id === thread.first_id);
  return (
    <p className="facts">
      {beginner ? (
        <>
          {beginner.parent === null ? 'Begun' : 'First mail here'} by{' '}
          <Name name={beginner.author} address={beginner.address} person={beginner.person} /> on{' '}
          <time>{shortDate(first)}</time>;{' '}
        </>
      ) : null}
      <a href={href}>{plural(thread.messages, 'mail')}</a> by {plural(thread.participants, 'person', 'people')}
      {last - first > 60 ? `, over ${span(last - first)}` : ''}, on{' '}
      {thread.lists.map(({ name }, n) => (
        <span key={name}>
          {n ? ', ' : ''}
          <a href={listHref(name)}>{name}</a>
        </span>
      ))}
    </p>
  );
}

/** The parts of a digest, in reading order. */
const PARTS: { title: string; kinds: DigestPassage['kind'][] }[] = [
  { title: 'What it is about', kinds: ['claim'] },
  { title: 'Objections and answers', kinds: ['argument'] },
  { title: 'Measured and seen', kinds: ['evidence'] },
  { title: 'Verdicts and last words', kinds: ['outcome'] },
];

function Part({ title, passages, list }: { title: string; passages: DigestPassage[]; list: string }) {
  if (!passages.length) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {passages.map((passage) => (
        <Taken key={`${passage.row.id} ${passage.first}`} passage={passage} list={list} />
      ))}
    </section>
  );
}

function Taken({ passage, list }: { passage: DigestPassage; list: string }) {
  const { row, answered, answers } = passage;
  return (
    <section id={placeOf(passage)}>
      <p className="who">
        <Name name={row.author} address={row.address} person={row.person} /> <time>{shortTime(row.sent_at)}</time>{' '}
        <small title={`quoted in part by ${passage.quoted}; ${plural(passage.followed, 'mail')} followed`}>
          {answers ? (
            <>
              in reply to <a href={`#${placeOf(answers)}`}>{nameOf(answers.row.author, answers.row.address)}</a>
            </>
          ) : null}
          {answers && answered ? '; ' : ''}
          {answered ? `answered by ${plural(answered, 'person', 'people')}` : ''}
        </small>
      </p>
      <Words passage={passage} list={list} />
    </section>
  );
}

/** The anchor of a passage. */
const placeOf = ({ row, first }: { row: { position: number }; first: number }) => `d${row.position}-${first}`;

/** A line shorter than this share of the longest was ended by its author, not by the width of a mail. */
const ENDED = 0.6;

/** The lines of a passage as its author meant them: lines broken by the mailer's width are joined, so that a phone can wrap them. */
export function flowed(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const longest = Math.max(...lines.map(({ length }) => length));
  return lines.reduce((all, line, n) => {
    const isEnded = (lines[n - 1]?.length ?? 0) < longest * ENDED;
    return `${all}${isEnded || isItem(line) ? '\n' : ' '}${line}`;
  });
}

/** The words of a passage, with a link to their lines. */
function Words({ passage: { row, first, last, text, isCut }, list }: { passage: DigestPassage; list: string }) {
  return (
    <blockquote>
      <p>
        {flowed(text)}
        {isCut ? ' […]' : ''}{' '}
        <a className="source" href={linesHref(messageHref(list, row.msgid), first, last - first + 1)}>
          {first === last ? `line ${first + 1}` : `lines ${first + 1} to ${last + 1}`}
        </a>
      </p>
    </blockquote>
  );
}

function Patches({ digest: { series } }: { digest: Digest }) {
  if (!series.length) return null;
  return (
    <section>
      <h2>Patches in this thread</h2>
      <ul className="plain">
        {series.map((line) => (
          <li key={line.id}>
            <a href={`/series/${line.id}/`}>
              <bdi>{line.title}</bdi>
            </a>{' '}
            <small>
              {nameOf(line.author, line.address)}, v{line.version}: {line.status}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Continued({ digest: { continued }, list }: { digest: Digest; list: string }) {
  if (!continued.length) return null;
  return (
    <section>
      <h2>Continued</h2>
      <ul className="plain">
        {continued.map(({ root, msgid, subject, firstId, why }) => (
          <li key={root}>
            {shortDate(timeOf(firstId))}{' '}
            <a href={threadHref(list === 'all' ? 'all' : list, msgid)}>
              <bdi>{subject}</bdi>
            </a>{' '}
            <small>{why}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
