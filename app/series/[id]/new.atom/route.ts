import { newestOfSeries } from '#db/queries/feed';
import { readSeries, seriesIdOf } from '#db/queries/series';
import { atomOf } from '../../../_page/atom';
import { notFound, page } from '../../../_page/page';
import { respond } from '../../../_web/http';
import { ATOM } from '../../../search/results';

/** `/series/{id}/new.atom`: the mails of a series and about it, newest first. */
export const GET = page(async ({ request, parts, db }) => {
  const id = /^\d{1,15}$/.test(parts[1] ?? '') ? await seriesIdOf(db, Number(parts[1])) : null;
  const series = id === null ? null : await readSeries(db, id);
  if (!series) return notFound('This series', '');
  return respond(atomOf(request, series.title, await newestOfSeries(db, series.id)), 200, ATOM);
});
