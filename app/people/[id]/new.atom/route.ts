import { FEED_ENTRIES, readFeed } from '#db/queries/feed';
import { findPerson, mailsOf } from '#db/queries/people';
import { atomOf } from '../../../_page/atom';
import { notFound, page } from '../../../_page/page';
import { maskAll } from '../../../_ui/format';
import { respond } from '../../../_web/http';
import { ATOM } from '../../../search/results';

/** `/people/{id}/new.atom`: their newest mails. */
export const GET = page(async ({ request, parts, db }) => {
  const person = await findPerson(db, parts[1] ?? '');
  if (!person) return notFound('This person', (parts[1] ?? '').slice(0, 100));
  const mails = (await mailsOf(db, person.id)).slice(0, FEED_ENTRIES);
  const rows = await readFeed(
    db,
    mails.map(({ id }) => id),
  );
  return respond(atomOf(request, maskAll(person.name), rows), 200, ATOM);
});
