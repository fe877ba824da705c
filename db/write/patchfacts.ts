import { textKey } from '#patch/fingerprint';
import type { PatchFact } from '#patch/kinds';
import { parseSubject } from '#patch/subject';
import type { Reads } from '../open';

/** In the order of the query. */
type FactRow = [
  id: number,
  msgid: string,
  sentAt: number,
  thread: number,
  refs: string,
  subject: string,
  kind: number,
  revision: number,
  part: string | null,
  position: number | null,
  total: number | null,
  marks: number,
  stable: string | null,
  titleKey: number,
  authorKey: number,
  name: string,
  address: string,
  patchId: string | null,
  print: string | null,
  files: string | null,
  changeId: string | null,
  earlier: string | null,
];

/** References kept per mail: the root and the nearest ones identify threads and parents; chains of hundreds would not fit in memory. */
const REFS_KEPT = 6;

/** Facts read at a time: their rows are three times as large as the kept data. */
const FACTS_AT_ONCE = 4000;

/** The facts of the patches among `ids`, in order. */
export async function loadFacts(db: Reads, ids: number[]): Promise<PatchFact[]> {
  const facts: PatchFact[] = [];
  for (let at = 0; at < ids.length; at += FACTS_AT_ONCE) {
    // One text: node-sqlite3 takes half a microsecond for each of a row's values, twice what all else takes.
    const row = await db.get<{ facts: string }>(
      `SELECT json_group_array(json_array(m.id, m.msgid, m.sent_at, m.thread, m.refs, m.subject, p.kind, p.revision, p.part,
         p.position, p.total, p.marks, p.stable, p.title_key, p.author_key, i.name, i.address, p.patch_id, p.print, p.files,
         p.change_id, p.earlier) ORDER BY j.key) AS facts
       FROM json_each(?) j CROSS JOIN patch p ON p.message_id = j.value CROSS JOIN message m ON m.id = j.value
         CROSS JOIN identity i ON i.id = m.author_id`,
      [JSON.stringify(ids.slice(at, at + FACTS_AT_ONCE))],
    );
    for (const fact of JSON.parse(row?.facts ?? '[]') as FactRow[]) facts.push(new StoredFact(fact));
  }
  return facts;
}

/**
 * A class, with lazily parsed properties on its prototype: in V8, each object literal with a getter has its own hidden class, and with
 * 40,000 facts every access would need a lookup.
 */
class StoredFact implements PatchFact {
  readonly id: number;
  readonly msgid: string;
  readonly sentAt: number;
  readonly thread: number;
  readonly refs: string[];
  readonly authorKey: number;
  readonly addressKey: number;
  readonly kind: PatchFact['kind'];
  readonly revision: number;
  readonly revisionPart: string;
  readonly position: number | null;
  readonly total: number | null;
  readonly marks: number;
  readonly stable: string | null;
  readonly titleKey: number;
  readonly patchId: string | null;
  readonly files: number[];
  readonly changeId: string | null;
  readonly earlier: string[];
  readonly #subject: string;
  #print: string | Uint32Array;

  constructor(row: FactRow) {
    const [id, msgid, sentAt, thread, refs, subject, kind, revision, part, position, total, marks, stable, ...rest] =
      row;
    const [titleKey, authorKey, name, address, patchId, print, files, changeId, earlier] = rest;
    const named = refs ? refs.split(' ') : [];
    this.id = id;
    this.msgid = msgid;
    this.sentAt = sentAt;
    this.thread = thread;
    this.refs = named.length > REFS_KEPT ? [named[0] as string, ...named.slice(1 - REFS_KEPT)] : named;
    this.authorKey = authorKey;
    this.addressKey = addressKey({ name, address });
    this.kind = kind as PatchFact['kind'];
    this.revision = revision;
    this.revisionPart = part ?? '';
    this.position = position;
    this.total = total;
    this.marks = marks;
    this.stable = stable;
    this.titleKey = titleKey;
    this.patchId = patchId;
    this.files = files ? files.split('\n').map(textKey) : [];
    this.changeId = changeId;
    this.earlier = earlier ? earlier.split('\n') : [];
    this.#subject = subject;
    this.#print = print ?? '';
  }

  get title(): string {
    return parseSubject(this.#subject).title;
  }

  /** Parsed on demand: most facts are candidates that are never compared. */
  get print(): Uint32Array {
    if (typeof this.#print === 'string') this.#print = decodePrint(this.#print);
    return this.#print;
  }
}

/** The key of an address; 0 for relays and lists, which send for many people and say so in the name. */
export function addressKey({ name, address }: { name: string; address: string }): number {
  return address === '' || / via /i.test(name) ? 0 : textKey(address.toLowerCase());
}

function decodePrint(text: string): Uint32Array {
  const bytes = Buffer.from(text, 'base64');
  const print = new Uint32Array(bytes.length >> 2);
  for (let i = 0; i < print.length; i++) print[i] = bytes.readUInt32LE(i * 4);
  return print;
}
