import type { Snapshot } from '#db/open';
import { type ListSummary, monthsOf } from '#db/queries/home';
import { plural, shortDate } from './format';
import { listHref } from './links';
import { type Axis, axisOf, Spark } from './Spark';

/** Lists with their activity, as the rows need it. */
export interface Lively {
  lists: readonly ListSummary[];
  axis: Axis;
  months: Map<string, Record<string, number>>;
}

/** The axis covers `all` lists, so that every page draws a list in the same way. */
export async function livesOf(
  db: Snapshot,
  lists: readonly ListSummary[],
  all: readonly ListSummary[],
): Promise<Lively> {
  const firsts = all.flatMap(({ first_at }) => first_at ?? []);
  const lasts = all.flatMap(({ last_at }) => last_at ?? []);
  const axis = axisOf(Math.min(...firsts), Math.max(...lasts));
  return {
    lists,
    axis,
    months: await monthsOf(
      db,
      lists.map(({ name }) => name),
      axis.from,
    ),
  };
}

/** A row for each list: its name, its activity, its newest mail, its description. */
export function ListRows({ lists, axis, months }: Lively) {
  return (
    <ul className="lists">
      {lists.map(({ name, messages, last_at, description }) => (
        <li key={name}>
          <a href={listHref(name)}>{name}</a>
          <Spark axis={axis} months={months.get(name) ?? {}} />
          <span>{last_at === null ? 'no mail' : shortDate(last_at)}</span>
          <span>{plural(messages, 'mail')}</span>
          {description ? <span className="about">{description}</span> : null}
        </li>
      ))}
    </ul>
  );
}
