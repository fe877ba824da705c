import { resolve } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  THREADLINE_DB: z.string().min(1).default('data/threadline.sqlite'),
  THREADLINE_CONFIG: z.string().min(1).default('topics.json'),
});

/** Path of the database file, from THREADLINE_DB. */
export function databasePath(): string {
  return resolve(schema.parse(process.env).THREADLINE_DB);
}
