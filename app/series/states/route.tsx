import { seriesCounts } from '#db/queries/serieslist';
import { judgedLine, STATES } from '#patch/state';
import { page } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { Document } from '../../_ui/Document';
import { statusClass } from '../../_ui/state';

/** `/series/states/`: what each state means, its evidence and what ends it. */
export const GET = page(async ({ db }) => {
  const counts = new Map((await seriesCounts(db)).map(({ status, series }) => [status, series]));
  return (
    <Document at="/series/" title="States of patch series · Threadline" {...(await frameOf(db))}>
      <h1>What became of a series</h1>
      <p className="about">
        The newest version decides. Each state rests on a mail, which the page of the series links, or on silence. We
        read 931 series to see how often each state is right; the rules were developed on most of them. Of 171 unseen
        series that the rules called changes requested, 165 were.
      </p>
      <p className="about">
        Tables use a short form. “v4 waits · 12 days” is a fourth version that nobody has answered. “discussed · 3 days”
        had its last reply three days ago. “quiet since Feb” has had no reply since. Days are counted back from the
        newest mail of this archive, not from today.
      </p>
      {STATES.map(({ id, name, meaning, evidence, ends }) => (
        <section key={id} id={id}>
          <h2>
            <span className={`state ${statusClass(name)}`}>{name}</span>{' '}
            <small>
              <a href={`/series/?status=${encodeURIComponent(name)}`}>{counts.get(name) ?? 0} series</a>
            </small>
          </h2>
          <p>{meaning}</p>
          <p className="about">
            Evidence: {evidence} Ended by: {ends} {judgedLine(id)}
          </p>
        </section>
      ))}
    </Document>
  );
});
