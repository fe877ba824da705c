import { resolve } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  THREADLINE_DB: z.string().min(1).default('data/threadline.sqlite'),
  THREADLINE_BASE_URL: z.url().optional(),
  THREADLINE_MASK_ADDRESSES: z
    .enum(['', '0', '1', 'true', 'false', 'yes', 'no'])
    .default('')
    .transform((value) => ['1', 'true', 'yes'].includes(value)),
  THREADLINE_CONFIG: z.string().min(1).default('topics.json'),
});

/** Settings of the web process, checked once; a wrong one ends the first request with its name and what is wanted. */
export const settings = (() => {
  const { THREADLINE_DB, THREADLINE_BASE_URL, THREADLINE_MASK_ADDRESSES, THREADLINE_CONFIG } = schema.parse(
    process.env,
  );
  return {
    database: resolve(THREADLINE_DB),
    baseUrl: THREADLINE_BASE_URL?.replace(/\/$/, '') ?? null,
    maskAddresses: THREADLINE_MASK_ADDRESSES,
    config: resolve(THREADLINE_CONFIG),
    stories: resolve('stories'),
  };
})();
