import { CLAIM, PATCH_KIND } from '#patch/kinds';
import { metBy } from '#patch/objection';
import type { Snapshot } from '../open';
import { SLOTS, type Slots } from './blocks';
import { changelogsIn, type TakenUp, takenUpIn, type VersionLog } from './changelogs';
import { passagesAt, passagesIn } from './passages';
import { STATUS } from './status';

/** A mail with a statement about a series, and the passage with the statement. */
export interface Saying {
  id: number;
  msgid: string;
  name: string;
  address: string;
  /** The passage's lines, from 0; null if the whole mail says it. */
  lines: [number, number] | null;
  quote: string | null;
}

export interface Objection extends Saying {
  /** The author's first reply to that mail; `agreed` if it promises a change. */
  answer: { id: number; msgid: string; agreed: boolean } | null;
  /** The objector's later trailer for the patch that they objected to. */
  met: { id: number; msgid: string; key: string } | null;
  /** The first version posted after it, which may or may not meet the objection. */
  followed: { id: number; number: number } | null;
  /** The item about the objector in that version's changelog. */
  taken: TakenUp | null;
}

/** The state of a series, and the mail that proves it. */
export interface CaseHead {
  series: number;
  status: string;
  stable: string | null;
  version: string;
  versions: number;
  last_id: number;
  proof: Saying | null;
  /** The number of mails that object. */
  objected: number;
}

/** The same with the objections. */
export interface Case extends CaseHead {
  objections: Objection[];
  /** The author's changelogs of each version. */
  logs: VersionLog[];
}

type Head = Omit<CaseHead, 'proof'> & { author: number; proof_id: number | null; proof_line: number | null };

/** A number for a person: the person's id, else one made from the identity's id. */
const PERSON = 'coalesce(i.person_id, -i.id)';

const HEAD = {
  series: 's.id',
  status: STATUS,
  stable: 's.stable',
  versions: 's.revisions',
  last_id: 's.last_id',
  version: `coalesce((SELECT n.number || coalesce(n.part, '') FROM revision n WHERE n.id = s.posted_id), '1')`,
  objected: '(SELECT count(DISTINCT evidence_id) FROM objection WHERE series_id = s.id)',
  author: PERSON,
  proof_id: 's.proof_id',
  proof_line: 's.proof_line',
} satisfies Record<keyof Head, string>;

const PROOF = `(SELECT json_object('id', m.id, 'msgid', m.msgid, 'name', w.name, 'address', w.address, ${SLOTS.split(
  ', ',
)
  .map((column) => `'${column}', m.${column}`)
  .join(', ')}) FROM message m JOIN identity w ON w.id = m.author_id WHERE m.id = s.proof_id)`;

/** The head of the case of series `s`, whose author is `i`, as one JSON value for `caseHead`. */
export const CASE_HEAD = `json_object(${Object.entries(HEAD)
  .map(([name, sql]) => `'${name}', ${sql}`)
  .join(', ')}, 'proof', ${PROOF})`;

const readHead = (db: Snapshot, series: number) =>
  db.get<Head & Record<string, never>>(
    `SELECT ${Object.entries(HEAD)
      .map(([name, sql]) => `${sql} AS ${name}`)
      .join(', ')} FROM series s JOIN identity i ON i.id = s.author_id WHERE s.id = ?`,
    [series],
  );

type Proof = Omit<Saying, 'lines' | 'quote'> & Slots;

/** A summary of what happened to a series, from its CASE_HEAD. */
export async function caseHead(db: Snapshot, json: string): Promise<CaseHead> {
  const {
    author: _author,
    proof_id: _id,
    proof_line,
    proof,
    ...rest
  } = JSON.parse(json) as Head & { proof: Proof | null };
  if (!proof) return { ...rest, proof: null };
  const { id, msgid, name, address, ...slots } = proof;
  const [passage] = await passagesIn(db, [{ id, ...slots }], [{ id, line: proof_line ?? 0 }]);
  return { ...rest, proof: { id, msgid, name, address, lines: passage?.lines ?? null, quote: passage?.quote ?? null } };
}

/** What happened to a series; null if it does not exist. */
export async function caseOf(db: Snapshot, series: number): Promise<Case | null> {
  const head = await readHead(db, series);
  if (!head) return null;
  const { author, proof_id, proof_line, ...rest } = head;
  const objected = rest.objected ? await objectionsOf(db, series, author) : [];
  const proofs = proof_id === null ? [] : [{ id: proof_id, line: proof_line ?? 0 }];
  const said = await saidIn(db, [...proofs, ...objected]);
  const logs = rest.versions > 1 ? await changelogsIn(db, series, titlesOf(objected)) : [];
  return {
    ...rest,
    proof: (proof_id !== null && said[0]) || null,
    objections: objected.length ? await answered(db, series, objected, said.slice(proofs.length), logs) : [],
    logs,
  };
}

const titlesOf = (objected: Objected[]) => [...new Set(objected.flatMap(({ title }) => title ?? []))];

async function answered(
  db: Snapshot,
  series: number,
  objected: Objected[],
  said: (Saying | null)[],
  logs: VersionLog[],
): Promise<Objection[]> {
  const trailers = await trailersGiven(db, series);
  const versions = await db.all<{ id: number; number: number }>(
    'SELECT id, number FROM revision WHERE series_id = ? AND resend = 0 ORDER BY id',
    [series],
  );
  const names = [...new Set(objected.map(({ name }) => name))];
  return objected.flatMap((one, n) => {
    const saying = said[n];
    if (!saying) return [];
    const { answer, answer_msgid, agreed } = one;
    const followed = versions.find(({ id }) => id > one.id) ?? null;
    return {
      ...saying,
      answer: answer === null ? null : { id: answer, msgid: answer_msgid ?? '', agreed: agreed === 1 },
      met: metBy(one, trailers) ?? null,
      followed,
      taken: followed && takenUpIn(logs, one, followed.id, names, saying.quote ?? ''),
    };
  });
}

/** The authors of mails, with the passages around these lines; null for a missing mail. */
async function saidIn(db: Snapshot, places: { id: number; line: number }[]): Promise<(Saying | null)[]> {
  if (!places.length) return [];
  const rows = await db.all<Omit<Saying, 'lines' | 'quote'>>(
    'SELECT m.id, m.msgid, i.name, i.address FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id',
    [JSON.stringify(places.map(({ id }) => id))],
  );
  const passages = await passagesAt(db, places);
  return places.map(({ id }, n) => {
    const row = rows.find((one) => one.id === id);
    return row ? { ...row, lines: passages[n]?.lines ?? null, quote: passages[n]?.quote ?? null } : null;
  });
}

/** The key of the patch's title; null for a cover letter. */
const TITLE = `iif(p.kind = ${PATCH_KIND.cover}, NULL, p.title_key)`;

interface Objected {
  id: number;
  name: string;
  person: number;
  line: number;
  /** Hash of the patch's title; null if the objection is to the cover letter. */
  title: number | null;
  answer: number | null;
  answer_msgid: string | null;
  agreed: number;
}

/** The first objection in each mail, with the author's first answer. The order of joins is forced: otherwise SQLite would begin with every `place` row. */
function objectionsOf(db: Snapshot, series: number, author: number) {
  return db.all<Objected>(
    `WITH o AS (SELECT evidence_id AS id, min(line) AS line FROM objection WHERE series_id = ?1 GROUP BY 1),
     a AS (SELECT o.id, min(c.message_id) AS answer FROM o CROSS JOIN message m ON m.id = o.id
       CROSS JOIN place p ON p.thread = m.thread AND p.message_id = o.id CROSS JOIN place c ON c.thread = p.thread AND c.parent = p.position
       JOIN message w ON w.id = c.message_id JOIN identity i ON i.id = w.author_id WHERE ${PERSON} = ?2 GROUP BY 1)
     SELECT m.id, i.name, ${PERSON} AS person, o.line, (SELECT ${TITLE} FROM patch_reply y JOIN patch p ON p.message_id = y.patch_id WHERE y.message_id = o.id) AS title,
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
