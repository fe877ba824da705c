import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Statement, Value } from '#db/open';

/** One write transaction, as stored in the log. */
export interface Entry {
  /** The node that wrote it. */
  writer: string;
  statements: Statement[];
}

/** A higher level gains little: half of an entry are mails, which are already compressed. */
const LEVEL = 3;
/** More than any transaction needs: a batch is 12 MB of mail, and linking 25,000 patches takes about 60 MB of statements. */
const MAX_BYTES = 1 << 30;

/** A cell in the JSON; `[n]` means the next n of the bytes after the JSON. */
type Cell = string | number | null | [number];

interface Packed {
  writer: string;
  sql: string[];
  /** For each statement: its index in `sql`, and its parameters. */
  runs: [number, Cell[] | null][];
}

/** The length of the JSON, the JSON, and the bytes of all blobs; compressed. */
export async function encode({ writer, statements }: Entry): Promise<Buffer> {
  const numbers = new Map<string, number>();
  const blobs: Buffer[] = [];
  const cell = (value: Value): Cell => {
    if (!Buffer.isBuffer(value)) return value;
    blobs.push(value);
    return [value.length];
  };
  const runs = statements.map(({ sql, params }): Packed['runs'][number] => {
    const number = numbers.get(sql) ?? numbers.size;
    numbers.set(sql, number);
    return [number, params?.map(cell) ?? null];
  });
  const json = Buffer.from(JSON.stringify({ writer, sql: [...numbers.keys()], runs } satisfies Packed));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return deflate(Buffer.concat([length, json, ...blobs]), { level: LEVEL });
}

export async function decode(bytes: Uint8Array): Promise<Entry> {
  const whole = await inflate(bytes, { maxOutputLength: MAX_BYTES });
  let at = 4 + whole.readUInt32LE();
  const { writer, sql, runs }: Packed = JSON.parse(whole.toString('utf8', 4, at));
  const value = (cell: Cell): Value => {
    if (!Array.isArray(cell)) return cell;
    at += cell[0];
    return whole.subarray(at - cell[0], at);
  };
  return {
    writer,
    statements: runs.map(([number, params]) => ({ sql: sql[number] as string, params: params?.map(value) ?? null })),
  };
}

const deflate = promisify<Buffer, { level: number }, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);
