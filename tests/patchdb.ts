import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWriter } from '../db/create.ts';
import type { Connection, Transaction, Value } from '../db/open.ts';
import { insertRows } from '../db/write/insert.ts';
import { PATCH_TABLES } from '../db/write/patch.ts';
import { addPatchRows } from '../ingest/patch/index.ts';
import type { FactRows } from '../ingest/patch/rows.ts';
import { linkPatches } from '../ingest/pipeline/patches.ts';
import type { Message } from '../mail/types.ts';

/** A mail for tests of patches, with only the necessary fields. */
export function mailOf(given: Partial<Message> & { msgid: string; sentAt: number }): Message {
  return {
    msgidDerived: false,
    subject: '',
    author: { name: 'Ada Example', address: 'ada@example.org' },
    to: [],
    cc: [],
    possibleParent: null,
    inReplyTo: given.references?.at(-1) ?? null,
    references: [],
    sentZone: 0,
    dateNote: null,
    receivedAt: null,
    listIds: [],
    text: '',
    textKind: 'plain',
    attachments: [],
    headers: {},
    headerBytes: 0,
    notes: [],
    ...given,
  };
}

/** A database in a temporary folder with the messages, threads and facts of patches that linkPatches reads. */
export class PatchDatabase {
  private constructor(
    readonly db: Connection,
    readonly path: string,
    private readonly folder: string,
  ) {}

  static async create(): Promise<PatchDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'threadline-patch-'));
    const path = join(folder, 'test.sqlite');
    return new PatchDatabase(await openWriter(path), path, folder);
  }

  readonly #ids = new Map<string, number>();
  readonly #used = new Set<number>();
  readonly #threads = new Map<string, number>();
  readonly #places = new Map<number, { id: number; msgid: string; parent: number | null }[]>();

  /** Stores mails (in any order of time, parents before their answers) and links. */
  async add(mails: Message[]): Promise<void> {
    const rows: Record<string, Value[][]> = {};
    await this.db.transaction(async (db) => {
      for (const mail of mails) {
        let id = mail.sentAt * 8;
        while (this.#used.has(id)) id++;
        this.#used.add(id);
        this.#ids.set(mail.msgid, id);
        await this.#store(db, mail, id);
        const facts: FactRows = {};
        addPatchRows(facts, id, mail);
        for (const [table, added] of Object.entries(facts)) rows[table] = [...(rows[table] ?? []), ...added];
      }
      for (const [table, columns] of Object.entries(PATCH_TABLES)) {
        if (rows[table]) await insertRows(db, `INSERT OR IGNORE INTO ${table} (${columns})`, rows[table]);
      }
    });
    await linkPatches(this.db);
  }

  async #store(db: Transaction, mail: Message, id: number): Promise<void> {
    await db.run('INSERT OR IGNORE INTO identity (name, address) VALUES (?, ?)', [
      mail.author.name,
      mail.author.address,
    ]);
    const author = await db.get<{ id: number }>('SELECT id FROM identity WHERE name = ? AND address = ?', [
      mail.author.name,
      mail.author.address,
    ]);
    const root = mail.references.find((ref) => this.#threads.has(ref));
    const thread = root === undefined ? id : (this.#threads.get(root) as number);
    this.#threads.set(mail.msgid, thread);
    const columns =
      'id, msgid, digest, subject, author_id, sent_at, refs, thread, flags, lines, bytes, head_block, head_at, head_size, text_block, text_at, text_size';
    const known = new Set((await db.all<{ name: string }>('PRAGMA table_info(message)')).map(({ name }) => name));
    const values: Record<string, Value> = {
      id,
      msgid: mail.msgid,
      digest: '',
      subject: mail.subject,
      author_id: author?.id ?? 0,
      sent_at: mail.sentAt,
      refs: mail.references.join(' '),
      thread,
    };
    const kept = columns.split(', ').filter((column) => known.has(column));
    await insertRows(db, `INSERT INTO message (${kept.join(', ')})`, [kept.map((column) => values[column] ?? 0)]);
    await this.#place(db, mail, id, thread);
  }

  async #place(db: Transaction, mail: Message, id: number, thread: number): Promise<void> {
    const members = this.#places.get(thread) ?? [];
    const parent = members.findIndex((member) => member.msgid === mail.references.at(-1));
    members.push({ id, msgid: mail.msgid, parent: parent < 0 ? null : parent });
    this.#places.set(thread, members);
    await db.run('INSERT INTO place (thread, position, depth, parent, message_id) VALUES (?, ?, 0, ?, ?)', [
      thread,
      members.length - 1,
      parent < 0 ? null : parent,
      id,
    ]);
  }

  /** Revisions by series, as "v1:a,b v2:c", with msgids in order. */
  async series(): Promise<string[]> {
    const rows = await this.db.all<{ series_id: number; number: number; msgid: string; revision: number }>(
      `SELECT r.series_id, r.number, r.id AS revision, m.msgid FROM revision r JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id
       ORDER BY r.series_id, r.id, p.position, m.id`,
    );
    const lines = new Map<number, Map<number, string>>();
    for (const row of rows) {
      const revisions = lines.get(row.series_id) ?? new Map<number, string>();
      const before = revisions.get(row.revision);
      revisions.set(row.revision, before ? `${before},${row.msgid}` : `v${row.number}:${row.msgid}`);
      lines.set(row.series_id, revisions);
    }
    return [...lines.values()].map((revisions) => [...revisions.values()].join(' '));
  }

  async close(): Promise<void> {
    await this.db.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
