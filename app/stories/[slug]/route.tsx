import { Feed } from 'feed';
import { type Proof, proveStory } from '#db/queries/stories';
import { escapeAttribute, escapeHtml } from '#mail/render';
import { renderStory } from '#site/story';
import { baseUrl } from '../../_page/atom';
import { notFound, page } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { stories } from '../../_page/stories';
import { Document } from '../../_ui/Document';
import { nameOf, shortDate } from '../../_ui/format';
import { anyHref, linesHref, messageHref } from '../../_ui/links';
import { redirect, respond } from '../../_web/http';
import { ATOM } from '../../search/results';

/** `/stories/{slug}/`, with the source of each quotation beside it; `/stories/new.atom`. */
export const GET = page(async ({ request, parts, db }) => {
  const slug = parts[1] ?? '';
  const all = await stories(db);
  if (slug === 'new.atom') return feed(request, all);
  const story = all.find((one) => one.slug === slug);
  if (!story) return notFound(`The story "${slug.slice(0, 100)}"`, slug.slice(0, 100));
  if (parts.length < 3) return redirect(`/stories/${story.slug}/`, 301);
  const { proofs } = await proveStory(db, story);
  const html = renderStory(story, anyHref, (n) => sourceHtml(proofs[n]));
  return (
    <Document at="/stories/" title={`${story.title} · Threadline`} {...(await frameOf(db))} feed="/stories/new.atom">
      <article className="story">
        <h1>{story.title}</h1>
        <p className="facts">
          <time>{story.date}</time> · {proofs.filter(({ isProved }) => isProved).length} of {proofs.length} quotations
          proved by the archive
        </p>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: markdown-it escapes the story's HTML, sourceHtml escapes what mails say */}
        <div dangerouslySetInnerHTML={{ __html: html }} />
      </article>
    </Document>
  );
});

/** The margin note of a quotation: its author and date, with a link to the lines; or why it could not be verified. */
function sourceHtml(proof: Proof | undefined): string {
  if (!proof) return '';
  const name = proof.author ? nameOf(proof.author.name, proof.author.address) : 'unknown';
  if (!proof.isProved || !proof.lines)
    return `<small class="margin unproved">not verified: ${proof.author ? `these words are not in the mail of ${escapeHtml(name)}` : 'the mail is not in this archive'}</small>`;
  const [first, last] = proof.lines;
  const href = linesHref(messageHref('all', proof.msgid), first, last - first + 1);
  return `<small class="margin"><a href="${escapeAttribute(href)}">${escapeHtml(name)}</a>, ${shortDate(proof.sentAt ?? 0)}</small>`;
}

function feed(request: Request, all: Awaited<ReturnType<typeof stories>>): Response {
  const base = baseUrl(request);
  const self = `${base}/stories/new.atom`;
  const atom = new Feed({
    id: self,
    title: 'Stories',
    link: `${base}/stories/`,
    feedLinks: { atom: self },
    updated: new Date(`${all[0]?.date ?? '1970-01-01'}T00:00:00Z`),
    copyright: '',
    generator: 'Threadline',
  });
  for (const { slug, title, date, summary } of all) {
    const link = `${base}/stories/${slug}/`;
    atom.addItem({
      id: link,
      link,
      title: escapeHtml(title),
      description: escapeHtml(summary),
      date: new Date(`${date}T00:00:00Z`),
    });
  }
  return respond(atom.atom1(), 200, ATOM);
}
