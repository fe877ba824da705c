import type { PatchFact } from '#mail/patch';
import { textKey } from '#mail/print';
import { parseSubject } from '#mail/subject';
import type { Connection } from '../open';

interface FactRow {
  id: number;
  msgid: string;
  sent_at: number;
  thread: number;
  refs: string;
  subject: string;
  kind: number;
  revision: number;
  part: string | null;
  position: number | null;
  total: number | null;
  marks: number;
  stable: string | null;
  title_key: number;
  author_key: number;
  patch_id: string | null;
  print: string | null;
  files: string | null;
  change_id: string | null;
  earlier: string | null;
}

/** References kept of each mail: the root and the nearest ones tell of threads and parents; chains of hundreds would not fit memory. */
const REFS_KEPT = 6;

/** Facts read at a time: their rows are three times as large as what is kept of them. */
const FACTS_AT_ONCE = 4000;

/** Facts of the patches among `ids`, in their order. */
export async function loadFacts(db: Connection, ids: number[]): Promise<PatchFact[]> {
  const facts: PatchFact[] = [];
  for (let at = 0; at < ids.length; at += FACTS_AT_ONCE) {
    const rows = await db.all<FactRow>(
      `SELECT m.id, m.msgid, m.sent_at, m.thread, m.refs, m.subject, p.kind, p.revision, p.part, p.position, p.total, p.marks,
         p.stable, p.title_key, p.author_key, p.patch_id, p.print, p.files, p.change_id, p.earlier
       FROM json_each(?) j CROSS JOIN patch p ON p.message_id = j.value CROSS JOIN message m ON m.id = j.value ORDER BY j.key`,
      [JSON.stringify(ids.slice(at, at + FACTS_AT_ONCE))],
    );
    for (const row of rows) facts.push(factOf(row));
  }
  return facts;
}

function factOf(row: FactRow): PatchFact {
  // Named apart: the getter below would keep the whole row.
  const { subject } = row;
  const refs = row.refs ? row.refs.split(' ') : [];
  return {
    id: row.id,
    msgid: row.msgid,
    sentAt: row.sent_at,
    thread: row.thread,
    refs: refs.length > REFS_KEPT ? [refs[0] as string, ...refs.slice(1 - REFS_KEPT)] : refs,
    authorKey: row.author_key,
    kind: row.kind as PatchFact['kind'],
    revision: row.revision,
    revisionPart: row.part ?? '',
    position: row.position,
    total: row.total,
    marks: row.marks,
    stable: row.stable,
    // Taken apart only for the few pairs whose titles differ.
    get title() {
      return parseSubject(subject).title;
    },
    titleKey: row.title_key,
    patchId: row.patch_id,
    print: decodePrint(row.print),
    files: row.files ? row.files.split('\n').map(textKey) : [],
    changeId: row.change_id,
    earlier: row.earlier ? row.earlier.split('\n') : [],
  };
}

function decodePrint(text: string | null): Uint32Array {
  const bytes = Buffer.from(text ?? '', 'base64');
  const print = new Uint32Array(bytes.length >> 2);
  for (let i = 0; i < print.length; i++) print[i] = bytes.readUInt32LE(i * 4);
  return print;
}
