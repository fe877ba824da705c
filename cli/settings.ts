import { resolve } from 'node:path';
import { z } from 'zod';
import { loadTopics } from '#db/queries/topicsfile';
import type { Topic } from '#mail/topic';

const schema = z.object({
  THREADLINE_DB: z.string().min(1).default('data/threadline.sqlite'),
  THREADLINE_CONFIG: z.string().min(1).default('topics.json'),
});

/** Path of the database file, from THREADLINE_DB. */
export function databasePath(): string {
  return resolve(schema.parse(process.env).THREADLINE_DB);
}

/** The topics of THREADLINE_CONFIG, or of topics.json in the folder of the project; none where there is no such file. */
export function topics(): Topic[] {
  return loadTopics(resolve(schema.parse(process.env).THREADLINE_CONFIG), process.env.THREADLINE_CONFIG !== undefined);
}
