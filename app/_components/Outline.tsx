import type { ThreadRow } from '#db/queries/thread';
import { nameOf, shortTime } from '../_lib/format';
import { loreHref } from '../_lib/links';
import { anchorOf, sameSubject } from './Mail';

/** Levels beyond this are not indented further: on a phone nothing would be left of the line. */
const MAX_INDENT = 12;

/** The thread as an index: who answered whom and when; a changed subject is shown. */
export function Outline({ rows, subject }: { rows: ThreadRow[]; subject: string }) {
  return (
    <ol className="outline">
      {rows.map((row) => (
        <li key={row.position} className={`i${Math.min(row.depth, MAX_INDENT)}`}>
          {row.ghost === null ? (
            <a href={`#${anchorOf(row)}`}>
              <time>{shortTime(row.sent_at)}</time> <bdi className="name">{nameOf(row.author, row.address)}</bdi>
              {sameSubject(row.subject, subject) ? null : <bdi className="changed"> {row.subject}</bdi>}
            </a>
          ) : (
            <span className="ghost" id={anchorOf(row)}>
              [not in this archive: <a href={loreHref(row.ghost)}>&lt;{row.ghost}&gt; at lore</a>]
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
