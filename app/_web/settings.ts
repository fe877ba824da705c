import { resolve } from 'node:path';
import { z } from 'zod';

const yes = z
  .enum(['', '0', '1', 'true', 'false', 'yes', 'no'])
  .default('')
  .transform((value) => ['1', 'true', 'yes'].includes(value));

const schema = z.object({
  THREADLINE_DB: z.string().min(1).default('data/threadline.sqlite'),
  THREADLINE_BASE_URL: z.url().optional(),
  THREADLINE_MASK_ADDRESSES: yes,
  THREADLINE_CONFIG: z.string().min(1).default('topics.json'),
  THREADLINE_TRUST_PROXY: yes,
  THREADLINE_REPOSITORIES: z.string().default(''),
  THREADLINE_WEB_GIT: z
    .string()
    .regex(/^(?:https?:\/\/\S*%s\S*)?$/, 'an address with %s for the name of a commit')
    .default(''),
  THREADLINE_NOINDEX: z.string().default(''),
  THREADLINE_NNTP: z
    .string()
    .regex(/^\d{0,5}$/, 'a port, 1 to 65535')
    .default('')
    .transform(Number)
    .refine((port) => port <= 65535, 'a port, 1 to 65535'),
  THREADLINE_RATE_LIMITS: z.enum(['yes', 'no']).default('yes'),
  THREADLINE_LOG: z.enum(['info', 'warn', 'error', 'silent']).default('info'),
});

/** Settings of the web process, checked once. A wrong one ends the start with its name and the values it may have. */
export const settings = (() => {
  const env = schema.parse(process.env);
  return {
    database: resolve(env.THREADLINE_DB),
    baseUrl: env.THREADLINE_BASE_URL?.replace(/\/$/, '') ?? null,
    maskAddresses: env.THREADLINE_MASK_ADDRESSES,
    /** Port of the NNTP server; null: none. */
    nntpPort: env.THREADLINE_NNTP || null,
    /** Lists whose pages ask search engines not to index them. */
    noindex: new Set(
      env.THREADLINE_NOINDEX.split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    ),
    config: resolve(env.THREADLINE_CONFIG),
    stories: resolve('stories'),
    /** Git repositories that the archive's patches apply to, in the order in which they are asked. */
    repositories: env.THREADLINE_REPOSITORIES.split(':')
      .filter(Boolean)
      .map((path) => resolve(path)),
    /** Address of a commit, with %s for its name; null: none. */
    webGit: env.THREADLINE_WEB_GIT || null,
    /** The last address of X-Forwarded-For is the client's, because our proxy wrote it. */
    trustProxy: env.THREADLINE_TRUST_PROXY,
    rateLimits: env.THREADLINE_RATE_LIMITS === 'yes',
    /** info: a line for each request; warn: refusals; error: internal errors. */
    log: env.THREADLINE_LOG,
  };
})();
