import type { Connection } from '#db/open';
import { blockData, dirtyQuotes, type QuoteRow, quoteRows, replaceQuotes } from '#db/write/quotes';
import { groupBy } from '#mail/groups';
import type { ParserPool } from './pool';

/** Messages that a worker resolves at a time: limits what is decompressed at once. A longer thread is a separate chunk. */
const MESSAGES_AT_ONCE = 400;

/** Chunks for which another worker is worth starting, since it compiles the same code again. */
const CHUNKS_A_WORKER = 40;

/** Chunks that may be resolved but not yet written: linking may occupy the writer for a while. */
const CHUNKS_AHEAD = 12;

/** Above one of these limits, a thread is resolved in parts: no real discussion has so many replies or so much text. */
const THREAD_MESSAGES = 4000;
const THREAD_BYTES = 64 * 1024 * 1024;

/**
 * Resolves the quotations of every changed thread, in the workers, one chunk each. All workers but the first begin when `linked`
 * settles, because linking needs a core and memory.
 */
export async function resolveDirtyQuotes(db: Connection, pool: ParserPool, linked: Promise<void>): Promise<void> {
  const chunks = chunksOf(await dirtyQuotes(db));
  const writing = new Set<Promise<void>>();
  let next = 0;
  const work = async (unit: number) => {
    for (let n = next++; n < chunks.length; n = next++) {
      const threads = chunks[n] as number[];
      const rows = await resolveChunk(db, pool, unit, threads);
      const written = replaceQuotes(db, threads, rows).finally(() => writing.delete(written));
      writing.add(written);
      if (writing.size >= CHUNKS_AHEAD) await Promise.race(writing);
    }
  };
  const workers = Math.min(pool.quoters, Math.ceil(chunks.length / CHUNKS_A_WORKER));
  const begun = linked.catch(() => {});
  await Promise.all(
    Array.from({ length: workers }, async (_, unit) => {
      if (unit > 0) await begun;
      await work(unit);
    }),
  );
  await Promise.all(writing);
}

function chunksOf(threads: { thread: number; messages: number }[]): number[][] {
  const chunks: number[][] = [];
  let room = 0;
  for (const { thread, messages } of threads) {
    if (messages > room) {
      chunks.push([]);
      room = MESSAGES_AT_ONCE;
    }
    chunks.at(-1)?.push(thread);
    room -= messages;
  }
  return chunks;
}

/** The rows of `quote`: line numbers and message ids. */
async function resolveChunk(db: Connection, pool: ParserPool, unit: number, threads: number[]): Promise<number[][]> {
  const groups = groupBy(await quoteRows(db, threads), ({ thread }) => thread);
  const rows: number[][] = [];
  let together: QuoteRow[][] = [];
  for (const group of groups.values()) {
    const parts = partsOf(group);
    if (parts.length === 1) together.push(group);
    else for (const part of parts) rows.push(...(await resolveParts(db, pool, unit, [part])));
  }
  // A thread with a single mail quotes no stored mail.
  together = together.filter((group) => group.length > 1);
  if (together.length) rows.push(...(await resolveParts(db, pool, unit, together)));
  return rows;
}

/** Splits a thread into parts that fit in memory. Quotations of another part get no source. Nearly all threads have one part. */
function partsOf(group: QuoteRow[]): QuoteRow[][] {
  const parts: QuoteRow[][] = [];
  let bytes = 0;
  let from = 0;
  for (const row of group) {
    const part = parts.at(-1);
    if (!part || part.length >= THREAD_MESSAGES || bytes >= THREAD_BYTES) {
      from = row.position - (group[0]?.position ?? 0);
      parts.push([]);
      bytes = 0;
    }
    bytes += row.size ?? 0;
    const parent = row.parent === null || row.parent < from ? null : row.parent - from;
    parts.at(-1)?.push({ ...row, parent });
  }
  return parts;
}

async function resolveParts(db: Connection, pool: ParserPool, unit: number, groups: QuoteRow[][]): Promise<number[][]> {
  const ids = new Set(groups.flat().flatMap(({ block }) => (block === null ? [] : [block])));
  const blocks = await blockData(db, [...ids]);
  const found = await pool.quotes(
    unit,
    groups.map((group) => group.map(({ parent, block, at, size }) => ({ parent, block, at, size }))),
    blocks.map(({ id, data }) => ({ id, data })),
  );
  return found.flatMap((quotes, n) => {
    const group = groups[n] as QuoteRow[];
    return quotes.map(([by, line, lines, from, fromLine, fromLines, answered]) => [
      group[from as number]?.id ?? 0,
      fromLine as number,
      fromLines as number,
      group[by as number]?.id ?? 0,
      line as number,
      lines as number,
      answered as number,
    ]);
  });
}
