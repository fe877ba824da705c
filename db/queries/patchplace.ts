import { parseSubject } from '#patch/subject';
import { STATUS } from './status';

/** A patch's place in its series, for the pages of threads and messages. */
export interface PatchPlace {
  series: number;
  status: string;
  revision: number;
  number: number;
  part: string;
  /** The newest version's number, larger than `number` if this one is superseded. */
  newest: number;
  position: number | null;
  total: number | null;
  previous: { msgid: string; title: string } | null;
  next: { msgid: string; title: string } | null;
}

/** A patch of a version, as shown on a page. */
interface Member extends Omit<PatchPlace, 'part' | 'previous' | 'next'> {
  part: string | null;
  id: number;
  msgid: string;
  subject: string;
}

/** The patches of a mail's version, in order; `id` is an expression. */
export const patchesBeside = (id: string) =>
  `SELECT s.id AS series, ${STATUS} AS status, r.id AS revision, r.number, r.part, p.position, r.total,
     (SELECT max(number) FROM revision n WHERE n.series_id = s.id) AS newest, m.id, m.msgid, m.subject
   FROM patch own JOIN revision r ON r.id = own.revision_id JOIN series s ON s.id = r.series_id
   JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id
   WHERE own.message_id = ${id} ORDER BY p.position, m.id`;

export const PATCH_COLUMNS = [
  'series',
  'status',
  'revision',
  'number',
  'part',
  'position',
  'total',
  'newest',
  'id',
  'msgid',
  'subject',
];

/** A mail's place among the rows of `patchesBeside`; null if it is not a patch or cover letter of a series. */
export function placeAmong(members: Member[], messageId: number): PatchPlace | null {
  const at = members.findIndex((member) => member.id === messageId);
  const row = members[at];
  if (!row) return null;
  const neighbour = (n: number) => {
    const member = members[n];
    return member ? { msgid: member.msgid, title: parseSubject(member.subject).title } : null;
  };
  return { ...row, part: row.part ?? '', previous: neighbour(at - 1), next: neighbour(at + 1) };
}
