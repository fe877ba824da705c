import { Feed } from 'feed';
import { FEED_ENTRIES, type FeedRow } from '#db/queries/feed';
import { visible } from '#mail/visible';
import { nameOf } from '../_ui/format';
import { anyHref } from '../_ui/links';
import { settings } from '../_web/settings';

/** Longer text of an entry is cut: feeds are for skimming. Two hundred entries would be six megabytes. */
const MAX_TEXT = 32 * 1024;
const MAX_TEXT_OF_MANY = 8 * 1024;

/** The public address of this site: the operator's setting, else the host that the client asked for. */
export function baseUrl(request: Request): string {
  if (settings.baseUrl) return settings.baseUrl;
  const host = request.headers.get('host') ?? '';
  return /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:]+\](:\d{1,5})?$/i.test(host) ? `http://${host}` : new URL(request.url).origin;
}

/** An empty Atom feed (RFC 4287) at the address that was asked for; `newest` in seconds. */
export function feedOf(request: Request, title: string, newest: number): Feed {
  const { pathname, search } = new URL(request.url);
  const self = `${baseUrl(request)}${pathname}${search}`;
  return new Feed({
    id: self,
    title: plain(title),
    link: self,
    feedLinks: { atom: self },
    updated: new Date(newest * 1000),
    copyright: '',
    generator: 'Threadline',
  });
}

/** An Atom feed (RFC 4287) of messages, newest first, with what each answers (RFC 4685). */
export function atomOf(request: Request, title: string, mails: FeedRow[]): string {
  const base = baseUrl(request);
  const most = mails.length > FEED_ENTRIES ? MAX_TEXT_OF_MANY : MAX_TEXT;
  const feed = feedOf(request, title, Math.max(0, ...mails.map((mail) => mail.sentAt)));
  for (const mail of mails) {
    feed.addItem({
      id: base + anyHref(mail.msgid),
      link: base + anyHref(mail.msgid),
      title: escapeText(plain(mail.subject)) || '(no subject)',
      date: new Date(mail.sentAt * 1000),
      author: [{ name: plain(nameOf(mail.name, mail.address)) || 'unknown' }],
      content: `<pre>${escapeText(plain(mail.text.slice(0, most)))}</pre>`,
    });
  }
  return withReplies(feed.atom1(), base, mails);
}

/** Without the characters that XML 1.0 cannot hold; invisible ones are shown by their number. */
export const plain = (text: string) => visible(text.toWellFormed().replace(/[\ufffe\uffff]/g, ''));

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeText = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] as string);

/** The feed library does not support RFC 4685, so its element is inserted after the id of each entry, in one pass over the feed. */
function withReplies(xml: string, base: string, mails: FeedRow[]): string {
  const answered = new Map(
    mails.flatMap(({ msgid, parent }) =>
      parent === null ? [] : [[escapeText(base + anyHref(msgid)), escapeText(base + anyHref(parent))]],
    ),
  );
  return xml
    .replace('<feed xmlns="http://www.w3.org/2005/Atom"', '$& xmlns:thr="http://purl.org/syndication/thread/1.0"')
    .replace(/<id>([^<]*)<\/id>/g, (element, id: string) => {
      const href = answered.get(id);
      return href === undefined ? element : `${element}\n        <thr:in-reply-to ref="${href}" href="${href}"/>`;
    });
}
