import { Fragment } from 'react';
import type { WeekLine, WeekPart } from '#db/queries/week';
import { timeOf } from '#mail/ids';
import { isoTime, nameOf, shortDate } from './format';
import { digestHref, linesHref, messageHref, monthHref, sinceHref, weekFeedHref } from './links';

/** The proof of a line of a week: lines of a mail, a whole mail, or a debate's digest. */
export function proofHref(list: string, { msgid, lines, isDebate }: WeekLine): string {
  if (isDebate) return digestHref(list, msgid);
  const href = messageHref(list, msgid);
  return lines ? linesHref(href, lines[0], lines[1] - lines[0] + 1) : href;
}

/** Words of a quotation in a line; the link has the rest. */
const LONGEST_QUOTE = 220;

export const shortQuote = (quote: string) =>
  quote.length > LONGEST_QUOTE ? `${quote.slice(0, quote.lastIndexOf(' ', LONGEST_QUOTE))} […]` : quote;

/** What happened in a week, each line with the mail that proves it. */
export function WeekParts({
  parts,
  list,
  level = 2,
  whole,
}: {
  parts: WeekPart[];
  list: string;
  level?: 2 | 3;
  /** The page with the lines that are left out here. */
  whole?: string;
}) {
  const Heading = `h${level}` as 'h2' | 'h3';
  return (
    <>
      {parts.map(({ title, lines, more }) => (
        <section key={title} aria-label={title}>
          <Heading>
            {title} <small>{lines.length + more}</small>
          </Heading>
          <ul className="weekly">
            {lines.map((line) => (
              <Line key={`${line.id} ${line.series}`} line={line} list={list} />
            ))}
            {whole && more ? (
              <li>
                <a href={whole}>{more} more</a>
              </li>
            ) : null}
          </ul>
        </section>
      ))}
    </>
  );
}

function Line({ line, list }: { line: WeekLine; list: string }) {
  const { title, what, tone, author, address, id, quote, series } = line;
  return (
    <li>
      <a href={proofHref(list, line)}>
        <bdi>{title || '(no subject)'}</bdi>
      </a>{' '}
      <b className={tone ? `state st-${tone}` : undefined}>{what}</b>
      {quote ? (
        <>
          {' '}
          <q>
            <bdi>{shortQuote(quote)}</bdi>
          </q>
        </>
      ) : null}{' '}
      <small>
        <bdi>{nameOf(author, address)}</bdi>, {shortDate(timeOf(id))}
        {series === null ? null : (
          <>
            {' '}
            · <a href={`/series/${series}/`}>series</a>
          </>
        )}
      </small>
    </li>
  );
}

/** Lines of each part that a front page shows. */
const BRIEF = 3;

/** The newest seven days in short, with links to the weeks that they fall in. */
export function ThisWeek({ week, list, base }: { week: NewestWeek | null; list: string; base: string }) {
  if (!week?.parts.length) return null;
  const { parts, weeks, from, newest } = week;
  const brief = parts.map((part) => ({
    ...part,
    lines: part.lines.slice(0, BRIEF),
    more: part.more + Math.max(0, part.lines.length - BRIEF),
  }));
  return (
    <section aria-labelledby="week" className="thisweek" data-newest={isoTime(newest)}>
      <h2 id="week">
        This week{' '}
        <small>
          <a href={sinceHref(base, shortDate(from))}>seven days</a> to {shortDate(newest)} ·{' '}
          {weeks.map((name) => (
            <Fragment key={name}>
              <a href={monthHref(list, name)}>{name}</a> ·{' '}
            </Fragment>
          ))}
          <a href={weekFeedHref(list)}>Atom</a>
        </small>
      </h2>
      <WeekParts parts={brief} list={list} level={3} whole={sinceHref(base, shortDate(from))} />
    </section>
  );
}

/** The seven days up to the newest mail, and the weeks that they fall in. */
export interface NewestWeek {
  weeks: string[];
  parts: WeekPart[];
  /** Their beginning and the newest mail, in Unix seconds. */
  from: number;
  newest: number;
}
