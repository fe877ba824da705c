import { CLAIM, PATCH_KIND } from '#patch/kinds';
import { metBy } from '#patch/objection';
import type { Snapshot } from '../open';
import { passagesAt } from './passages';
import { STATUS } from './status';

/** A mail that says something of a series, with the passage that says it. */
export interface Saying {
  id: number;
  msgid: string;
  name: string;
  address: string;
  /** The passage's lines, from 0; null where the mail as a whole says it. */
  lines: [number, number] | null;
  quote: string | null;
}

export interface Objection extends Saying {
  /** The first reply of the series' author to that mail; `agreed`: it promises a change. */
  answer: { id: number; msgid: string; agreed: boolean } | null;
  /** The objector's later trailer for what they objected to. */
  met: { id: number; msgid: string; key: string } | null;
  /** The first version posted after it: whether that meets it, no act says. */
  followed: { id: number; number: number } | null;
}

/** What became of a series, who objected, and the mails that prove it. */
export interface Case {
  series: number;
  status: string;
  stable: string | null;
  version: string;
  versions: number;
  last_id: number;
  proof: Saying | null;
  objections: Objection[];
}

type Head = Omit<Case, 'proof' | 'objections'> & { author: number };

/** Null where there is no such series. */
export async function caseOf(db: Snapshot, series: number): Promise<Case | null> {
  const head = await db.get<Head & Record<string, never>>(
    `SELECT s.id AS series, ${STATUS} AS status, s.stable, s.revisions AS versions, s.last_id,
       coalesce((SELECT n.number || coalesce(n.part, '') FROM revision n WHERE n.id = s.posted_id), '1') AS version,
       ${PERSON} AS author
     FROM series s JOIN identity i ON i.id = s.author_id WHERE s.id = ?`,
    [series],
  );
  if (!head) return null;
  const { author, ...rest } = head;
  const proofs = await db.all<Said>(
    `SELECT ${SAID}, s.proof_line AS line FROM series s JOIN message m ON m.id = s.proof_id
     JOIN identity i ON i.id = m.author_id WHERE s.id = ?`,
    [series],
  );
  const objected = await objectionsOf(db, series, author);
  const passages = await passagesAt(
    db,
    [...proofs, ...objected].map(({ id, line }) => ({ id, line: line ?? 0 })),
  );
  const trailers = await trailersGiven(db, series);
  const versions = await db.all<{ id: number; number: number }>(
    'SELECT id, number FROM revision WHERE series_id = ? AND resend = 0 ORDER BY id',
    [series],
  );
  return {
    ...rest,
    proof: proofs[0] ? saying(proofs[0], passages[0]) : null,
    objections: objected.map((said, n) => ({
      ...saying(said, passages[proofs.length + n]),
      answer:
        said.answer === null ? null : { id: said.answer, msgid: said.answer_msgid ?? '', agreed: said.agreed === 1 },
      met: metBy(said, trailers) ?? null,
      followed: versions.find(({ id }) => id > said.id) ?? null,
    })),
  };
}

/** One number for a person: that of the person, else of the identity. */
const PERSON = 'coalesce(i.person_id, -i.id)';
const SAID = `m.id, m.msgid, i.name, i.address, ${PERSON} AS person`;
/** The patch's title, and null of a cover letter. */
const TITLE = `iif(p.kind = ${PATCH_KIND.cover}, NULL, p.title_key)`;

interface Said {
  id: number;
  msgid: string;
  name: string;
  address: string;
  person: number;
  line: number | null;
}

/** Of each mail that objected the first objection, with the author's first answer to it. Objections lead: left to itself, SQLite begins with every place of the archive. */
function objectionsOf(db: Snapshot, series: number, author: number) {
  return db.all<Said & { title: number | null; answer: number | null; answer_msgid: string | null; agreed: number }>(
    `WITH o AS (SELECT evidence_id AS id, min(line) AS line FROM objection WHERE series_id = ?1 GROUP BY 1),
     a AS (SELECT o.id, min(c.message_id) AS answer FROM o CROSS JOIN message m ON m.id = o.id
       CROSS JOIN place p ON p.thread = m.thread AND p.message_id = o.id CROSS JOIN place c ON c.thread = p.thread AND c.parent = p.position
       JOIN message w ON w.id = c.message_id JOIN identity i ON i.id = w.author_id WHERE ${PERSON} = ?2 GROUP BY 1)
     SELECT ${SAID}, o.line, (SELECT ${TITLE} FROM patch_reply y JOIN patch p ON p.message_id = y.patch_id WHERE y.message_id = o.id) AS title,
       a.answer, (SELECT msgid FROM message WHERE id = a.answer) AS answer_msgid,
       EXISTS (SELECT 1 FROM outcome g WHERE g.evidence_id = a.answer AND g.kind = ${CLAIM.gaveIn} AND g.doubted = 0) AS agreed
     FROM o JOIN message m ON m.id = o.id JOIN identity i ON i.id = m.author_id LEFT JOIN a ON a.id = o.id ORDER BY o.id LIMIT 100`,
    [series, author],
  );
}

/** Trailers given in a reply by the person whom they name. */
function trailersGiven(db: Snapshot, series: number) {
  return db.all<{ id: number; msgid: string; key: string; person: number; title: number | null }>(
    `SELECT m.id, m.msgid, t.key, ${PERSON} AS person, ${TITLE} AS title
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN patch_reply y ON y.patch_id = p.message_id
     JOIN trailer t ON t.message_id = y.message_id JOIN message m ON m.id = t.message_id JOIN identity i ON i.id = m.author_id
     WHERE r.series_id = ? AND t.address = i.address COLLATE NOCASE ORDER BY m.id`,
    [series],
  );
}

const saying = (
  { id, msgid, name, address }: Said,
  passage: { lines: [number, number]; quote: string } | null | undefined,
): Saying => ({ id, msgid, name, address, lines: passage?.lines ?? null, quote: passage?.quote ?? null });

/** The series that the first patch of a thread belongs to, or a cover letter above it; null where its beginning is none. */
export async function seriesOfThread(db: Snapshot, first: number): Promise<number | null> {
  const row = await db.get<{ id: number }>(
    'SELECT r.series_id AS id FROM patch p JOIN revision r ON r.id = p.revision_id WHERE p.message_id = ?',
    [first],
  );
  return row?.id ?? null;
}
