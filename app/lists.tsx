import type { Snapshot } from '#db/open';
import type { ListSummary } from '#db/queries/home';
import { sectionsOf } from './_page/sections';
import { Document } from './_ui/Document';
import { plural } from './_ui/format';
import { ListRows, livesOf } from './_ui/Lists';

const DAY = 86_400;
/** Lists are grouped by how many days before the archive's newest mail they had theirs. */
const GROUPS = [
  ['Mail in the last week', 7],
  ['Mail in the last month', 31],
  ['Mail in the last year', 366],
  ['Quiet for more than a year', Number.POSITIVE_INFINITY],
] as const;

/** Finds lists by words of their name or description; a word with a dot is also compared with the List-Id. */
export function FindList({ asked }: { asked: string }) {
  return (
    <form className="find" action="/">
      <input type="search" name="lists" defaultValue={asked} aria-label="Find a list" placeholder="Find a list" />
      <button type="submit">Find</button>
    </form>
  );
}

/** `/?lists=net`: the lists that match these words, grouped by when they last had mail. */
export async function listsPage(db: Snapshot, all: readonly ListSummary[], asked: string, synthetic: boolean) {
  const words = asked.slice(0, 200).toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(({ name, list_id, description }) => {
    const text = `${name} ${description ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word) || (word.includes('.') && list_id?.includes(word)));
  });
  const lively = await livesOf(db, found, all);
  const newest = Math.max(...all.map(({ last_at }) => last_at ?? 0));
  let before = 0;
  const groups = GROUPS.map(([title, days]) => {
    const from = before;
    before = days * DAY;
    const lists = found.filter(({ last_at }) => {
      const age = newest - (last_at ?? Number.NEGATIVE_INFINITY);
      return days === Number.POSITIVE_INFINITY ? age >= from : age >= from && age < days * DAY;
    });
    return { title, lists };
  });
  return (
    <Document
      sections={await sectionsOf(db)}
      title={`Lists${asked ? ` with "${asked.slice(0, 60)}"` : ''} · Threadline`}
      synthetic={synthetic}
    >
      <h1>
        Lists{' '}
        <small>{words.length ? `${found.length} of ${plural(all.length, 'list')}` : plural(all.length, 'list')}</small>
      </h1>
      <FindList asked={asked} />
      {found.length ? null : <p className="empty">No list has these words in its name or description.</p>}
      {groups.map(({ title, lists }) =>
        lists.length ? (
          <section key={title} aria-label={title}>
            <h2>
              {title} <small>{lists.length}</small>
            </h2>
            <ListRows {...lively} lists={lists} />
          </section>
        ) : null,
      )}
    </Document>
  );
}
