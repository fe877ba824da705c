import { page } from '../_page/page';
import { frameOf } from '../_page/sections';
import { stories } from '../_page/stories';
import { Document } from '../_ui/Document';

/** `/stories/`: articles about the mails here, with each quotation checked. */
export const GET = page(async ({ db }) => {
  const all = await stories(db);
  return (
    <Document at="/stories/" title="Stories · Threadline" {...(await frameOf(db))} feed="/stories/new.atom">
      <h1>Stories</h1>
      <p className="about">
        Articles about discussions in this archive, written by people. Every quotation is checked against its mail.
        docs/STORIES.md explains how to write one.
      </p>
      {all.length ? null : <p className="empty">There are no stories about the lists of this archive yet.</p>}
      <ol className="stories">
        {all.map(({ slug, title, date, summary }) => (
          <li key={slug}>
            <a href={`/stories/${slug}/`}>{title}</a> <time>{date}</time>
            <p>{summary}</p>
          </li>
        ))}
      </ol>
    </Document>
  );
});
