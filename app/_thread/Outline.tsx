import type { ThreadRow } from '#db/queries/thread';
import { nameOf, outlineDate } from '../_ui/format';
import { loreHref } from '../_ui/links';
import { anchorOf, sameSubject } from './Mail';

/** Levels beyond this are not indented further: on a phone nothing would be left of the line. */
const MAX_INDENT = 10;

/** The thread as an index: who answered whom and when. A changed subject comes first on its line; the year is shown where it changes. */
export function Outline({ rows, subject }: { rows: ThreadRow[]; subject: string }) {
  return (
    <ol className="outline">
      {rows.map((row, n) => (
        <li key={row.position} className={`i${Math.min(row.depth, MAX_INDENT)}`}>
          {row.ghost === null ? (
            <a href={`#${anchorOf(row)}`}>
              {isNews(rows, row, subject) ? <i>{row.subject} </i> : null}
              <bdi>{nameOf(row.author, row.address)}</bdi> <time>{outlineDate(row.sent_at, rows[n - 1]?.sent_at)}</time>
            </a>
          ) : (
            <span className="ghost" id={anchorOf(row)}>
              {row.withdrawn === null ? (
                <>
                  [not in this archive: <a href={loreHref(row.ghost)}>&lt;{row.ghost}&gt; at lore</a>]
                </>
              ) : (
                <>
                  [withdrawn by the operator: <bdi>{row.withdrawn}</bdi>]
                </>
              )}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** True if the subject differs from that of the thread and that of the mail it answers. */
function isNews(rows: ThreadRow[], row: ThreadRow, subject: string): boolean {
  const parent = row.parent === null ? undefined : rows[row.parent];
  return !sameSubject(row.subject, subject) && !(parent?.subject && sameSubject(row.subject, parent.subject));
}
