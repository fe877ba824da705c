import { type DebateDigest, newestDigests } from '#db/queries/debates';
import type { DigestPassage } from '#db/queries/digest';
import { findList } from '#db/queries/list';
import { timeOf } from '#mail/ids';
import { baseUrl, escapeText, feedOf, plain } from '../_page/atom';
import { notFound, type PageContext } from '../_page/page';
import { nameOf, plural } from '../_ui/format';
import { digestHref, linesHref, messageHref } from '../_ui/links';
import { respond } from '../_web/http';
import { ATOM } from '../search/results';

/** `/{list}/debates.atom`: the newest debates, each with the passages of its digest. */
export async function debatesFeed({ request, db }: PageContext, name: string): Promise<Response> {
  const list = name === 'all' ? null : await findList(db, name);
  if (list === undefined) return notFound(`The list "${name.slice(0, 100)}"`, name.slice(0, 100));
  const debates = (await newestDigests(db, list?.id ?? null)).sort((a, b) => lastOf(b) - lastOf(a));
  const feed = feedOf(request, `Debates, ${name === 'all' ? 'all lists' : name}`, debates[0] ? lastOf(debates[0]) : 0);
  const base = baseUrl(request);
  for (const debate of debates) {
    const { thread } = debate.digest;
    const first = thread.rows.find((row) => row.ghost === null && row.id === thread.first_id);
    feed.addItem({
      // The id is the same whichever list's feed is read.
      id: base + digestHref('all', debate.msgid),
      link: base + digestHref(name, debate.msgid),
      title: escapeText(plain(thread.subject)) || '(no subject)',
      date: new Date(lastOf(debate) * 1000),
      published: new Date(timeOf(thread.first_id) * 1000),
      author: [{ name: plain(first ? nameOf(first.author, first.address) : '') || 'unknown' }],
      content: contentOf(debate, base, name),
    });
  }
  return respond(feed.atom1(), 200, ATOM);
}

const lastOf = ({ digest }: DebateDigest) => timeOf(digest.thread.last_id);

function contentOf({ digest: { thread, passages } }: DebateDigest, base: string, list: string): string {
  const words = ({ row, first, last, text, isCut }: DigestPassage) => {
    const href = base + linesHref(messageHref(list, row.msgid), first, last - first + 1);
    const said = escapeText(plain(`${text}${isCut ? ' […]' : ''}`));
    return `<blockquote cite="${escapeText(href)}"><pre>${said}</pre></blockquote>`;
  };
  const who = ({ row, first, last }: DigestPassage) => {
    const href = base + linesHref(messageHref(list, row.msgid), first, last - first + 1);
    return `<a href="${escapeText(href)}">${escapeText(plain(nameOf(row.author, row.address)))}</a>`;
  };
  return [
    `<p>${plural(thread.messages, 'mail')} by ${plural(thread.participants, 'person', 'people')}</p>`,
    ...passages.map((passage) => {
      const answered = passage.answered ? `, answered by ${plural(passage.answered, 'person', 'people')}` : '';
      return `<p>${who(passage)}${answered}:</p>${words(passage)}`;
    }),
  ].join('\n');
}
