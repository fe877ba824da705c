import type { Related as Found } from '#db/queries/related';
import type { SeriesLine } from '#db/queries/series';
import { nameOf, plural } from '../_ui/format';
import { VerdictWord } from '../_ui/VerdictWord';

/** Other series that this one fixes, that fix or revert it, or that touch the same files, each with its state. */
export function Related({ found: { fixes, fixedBy, files } }: { found: Found }) {
  const parts = [
    { title: 'It fixes', lines: fixes },
    { title: 'Fixed or reverted later by', lines: fixedBy },
    { title: 'Series on the same files, within nine months', lines: files },
  ].filter(({ lines }) => lines.length);
  return parts.map(({ title, lines }) => (
    <section key={title}>
      <h2>{title}</h2>
      <ul className="weekly">
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
    </section>
  ));
}

function Line({ line }: { line: SeriesLine & { shared?: number } }) {
  return (
    <li>
      <a href={`/series/${line.id}/`}>
        <bdi>{line.title}</bdi>
      </a>
      <VerdictWord {...line} />{' '}
      <small>
        · <bdi>{nameOf(line.author, line.address)}</bdi>
        {line.shared ? `, ${plural(line.shared, 'file')} in common` : ''}
      </small>
    </li>
  );
}
