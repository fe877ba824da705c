import { type Fetched, type FetchOptions, type Source, SourceError, type SourceEvent } from '../types';
import { AHEAD_BYTES } from './limits';

/**
 * Reads a source before it is its turn to be written, up to a limit, so that a slow server delays nobody. The rest is read while it is
 * written.
 */
export async function fetchAhead(source: Source, options: FetchOptions): Promise<Fetched> {
  const events = source.open({ ...options, isSeen: async () => new Set() })[Symbol.asyncIterator]();
  const read: SourceEvent[] = [];
  let failure: SourceError | null = null;
  let isWhole = false;
  try {
    for (let bytes = 0; bytes < AHEAD_BYTES && !isWhole; ) {
      const { value, done } = await events.next();
      if (done) isWhole = true;
      else {
        read.push(value);
        bytes += 'bytes' in value ? value.bytes.length : 0;
      }
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    failure = error;
  }
  async function* open(): AsyncGenerator<SourceEvent> {
    yield* read;
    if (failure !== null) throw failure;
    if (!isWhole) yield* { [Symbol.asyncIterator]: () => events };
  }
  return { news: read.length > 0, failure, source: { ...source, open } };
}
