import type { Origin } from '#ingest/read/types';
import type { ParserPool } from './pool';
import type { Heads } from './protocol';

/** Raw bytes sent to a worker at a time: enough to compress well, small enough that both workers stay busy. */
const UNIT_BYTES = 1024 * 1024;
const UNIT_MAILS = 256;

/** A parsed mail, as far as the main thread knows it. */
export interface BatchMail {
  unit: number;
  /** Its position in the unit. */
  index: number;
  origin: Origin;
  msgid: string;
  refs: string;
  possibleParent: string;
  sentAt: number;
  receivedAt: number | null;
  authorName: string;
  authorAddress: string;
  subject: string;
  attachments: string;
  listId: string;
  mailingList: string;
  synthetic: boolean;
}

/** Mails that are committed together. */
export interface Batch {
  units: number[];
  mails: BatchMail[];
  /** Size of the raw mails. */
  bytes: number;
}

/** Collects raw mails into units, and sends each unit to a worker as soon as it is full. */
export class BatchBuilder {
  static #nextUnit = 0;
  #parts: Buffer[] = [];
  #origins: Origin[] = [];
  #unitBytes = 0;
  #parsing: { unit: number; origins: Origin[]; heads: Promise<Heads> }[] = [];
  mails = 0;
  bytes = 0;

  constructor(private readonly pool: ParserPool) {}

  add(bytes: Buffer, origin: Origin): void {
    this.#parts.push(bytes);
    this.#origins.push(origin);
    this.#unitBytes += bytes.length;
    this.mails++;
    this.bytes += bytes.length;
    if (this.#unitBytes >= UNIT_BYTES || this.#parts.length >= UNIT_MAILS) this.#send();
  }

  /** Returns all mails added so far, parsed, in order, and empties the builder. */
  take(): Promise<Batch> {
    this.#send();
    const parsing = this.#parsing;
    this.#parsing = [];
    const { bytes } = this;
    this.mails = 0;
    this.bytes = 0;
    return collect(parsing, bytes);
  }

  #send(): void {
    if (!this.#parts.length) return;
    const unit = BatchBuilder.#nextUnit++;
    const ends: number[] = [];
    const bytes = this.pool.memory(this.#unitBytes);
    let end = 0;
    for (const part of this.#parts) {
      bytes.set(part, end);
      end += part.length;
      ends.push(end);
    }
    const received = this.#origins.map((origin) => origin.receivedAt);
    const fromLines = this.#origins.map((origin) => origin.fromLine ?? null);
    const heads = this.pool.parse({ unit, bytes, ends, received, fromLines });
    this.#parsing.push({ unit, origins: this.#origins, heads });
    this.#parts = [];
    this.#origins = [];
    this.#unitBytes = 0;
  }
}

async function collect(
  parsing: { unit: number; origins: Origin[]; heads: Promise<Heads> }[],
  bytes: number,
): Promise<Batch> {
  const mails: BatchMail[] = [];
  for (const { unit, origins, heads } of parsing) {
    const columns = await heads;
    for (const [index, origin] of origins.entries()) mails.push(mailAt(columns, unit, index, origin));
  }
  return { units: parsing.map(({ unit }) => unit), mails, bytes };
}

function mailAt(heads: Heads, unit: number, index: number, origin: Origin): BatchMail {
  return {
    unit,
    index,
    origin,
    msgid: heads.msgid[index] as string,
    refs: heads.refs[index] as string,
    possibleParent: heads.possibleParent[index] as string,
    sentAt: heads.sentAt[index] as number,
    receivedAt: heads.receivedAt[index] ?? null,
    authorName: heads.authorName[index] as string,
    authorAddress: heads.authorAddress[index] as string,
    subject: heads.subject[index] as string,
    attachments: heads.attachments[index] as string,
    listId: heads.listId[index] as string,
    mailingList: heads.mailingList[index] as string,
    synthetic: heads.synthetic[index] as boolean,
  };
}
