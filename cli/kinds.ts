import type { Snapshot } from '#db/open';
import { exportMessages, exportThreads } from '#db/queries/export';
import { exportSeries, exportTrailers } from '#db/queries/exportseries';
import { exportMm } from '#db/queries/mm';
import { exportPeople } from '#db/queries/people';
import { exportTopics } from '#db/queries/topics';
import { topics } from './settings';

/** Kinds of export by name; each yields JSON objects, sorted and stable. */
export const KINDS: Record<string, (db: Snapshot, withText?: boolean) => AsyncIterable<object>> = {
  messages: exportMessages,
  threads: exportThreads,
  series: exportSeries,
  trailers: exportTrailers,
  people: exportPeople,
  topics: (db) => exportTopics(db, topics()),
  mm: exportMm,
};
