import { type SourceProgress, writeProgress } from '#db/progress';
import type { IngestOptions } from '#ingest/run';

/** Pages read it every few seconds. */
const EVERY_MS = 1000;

type Read = Parameters<NonNullable<IngestOptions['onProgress']>>[0];

/** Reports an ingest's progress to the pages of a server on the same database. */
export class PageProgress {
  readonly #sources = new Map<string, SourceProgress>();
  #last = 0;

  constructor(private readonly database: string) {}

  /** Called before a source's server is asked for the first time. */
  fetching(location: string): void {
    this.#sources.set(location, { location, phase: 'fetching', read: 0, total: null });
    this.#write();
  }

  read({ location, read, total, unit }: Read): void {
    const mails = unit === 'mails' ? total : null;
    const isWhole = mails !== null && read >= mails;
    if (!isWhole && (read % 64 !== 0 || Date.now() - this.#last < EVERY_MS)) return;
    this.#sources.set(location, { location, phase: isWhole ? 'linking' : 'reading', read, total: mails });
    this.#write();
  }

  /** Marks sources that were read to the end or given up; all of them by default. */
  done(locations: string[] = [...this.#sources.keys()]): void {
    const before = this.#sources.size;
    for (const location of locations) this.#sources.delete(location);
    if (this.#sources.size !== before) this.#write();
  }

  #write(): void {
    this.#last = Date.now();
    writeProgress(this.database, [...this.#sources.values()]);
  }
}
