import { anySynthetic } from '#db/queries/home';
import { page } from '../_page/page';
import { Document } from '../_ui/Document';
import { stories } from './stories';

/** `/stories/`: what people wrote on the mails here, each quotation proved. */
export const GET = page(async ({ db }) => {
  const all = await stories(db);
  return (
    <Document at="/stories/" title="Stories · Threadline" synthetic={await anySynthetic(db)} feed="/stories/new.atom">
      <h1>Stories</h1>
      <p className="about">
        Written by people, from mails of this archive. Every quotation is held against its mail; docs/STORIES.md says
        how to write one.
      </p>
      {all.length ? null : <p className="empty">There are no stories on the lists of this archive yet.</p>}
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
