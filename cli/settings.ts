import { resolve } from 'node:path';
import { z } from 'zod';
import type { Topic } from '#site/topic';
import { loadTopics } from '#site/topicsfile';

const schema = z.object({
  THREADLINE_DB: z.string().min(1).default('data/threadline.sqlite'),
  THREADLINE_CONFIG: z.string().min(1).default('topics.json'),
  THREADLINE_SILENCE: z.coerce.number().int().min(1).max(3600).default(60),
  THREADLINE_BASE_URL: z.url().default('http://localhost:3000'),
  THREADLINE_SMTP: z.url({ protocol: /^smtps?$/ }).optional(),
  THREADLINE_MAIL_FROM: z.string().min(3).optional(),
  THREADLINE_NATS: z
    .string()
    .regex(/^(?:nats|tls):\/\/\S+$/, 'must be nats://host:port, or several of them separated by commas')
    .optional(),
  THREADLINE_NATS_CREDENTIALS: z.string().min(1).optional(),
  THREADLINE_SEED: z
    .string()
    .regex(/^\S+:\d{1,5}$/, 'must be host:port, at which joining nodes reach this node')
    .optional(),
  THREADLINE_SEED_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  THREADLINE_MAIL_SECONDS: z.coerce.number().min(0.01).max(3600).default(60),
});

/** The path of the database file, from THREADLINE_DB. */
export function databasePath(): string {
  return resolve(schema.parse(process.env).THREADLINE_DB);
}

/** Seconds without an answer after which a server is given up, from THREADLINE_SILENCE. */
export function silenceSeconds(): number {
  return schema.parse(process.env).THREADLINE_SILENCE;
}

/** The topics in the file THREADLINE_CONFIG, by default topics.json in the project's folder; none if that file does not exist. */
export function topics(): Topic[] {
  return loadTopics(resolve(schema.parse(process.env).THREADLINE_CONFIG), process.env.THREADLINE_CONFIG !== undefined);
}

/** How many seconds reading one mail may take, from THREADLINE_MAIL_SECONDS. */
export function mailSeconds(): number {
  return schema.parse(process.env).THREADLINE_MAIL_SECONDS;
}

/** The public address of the site, from THREADLINE_BASE_URL, without a trailing slash. */
export function baseUrl(): string {
  return schema.parse(process.env).THREADLINE_BASE_URL.replace(/\/$/, '');
}

/** The mail server (THREADLINE_SMTP) and the sender (THREADLINE_MAIL_FROM); null if either is not set. */
export function smtp(): { url: string; from: string } | null {
  const { THREADLINE_SMTP: url, THREADLINE_MAIL_FROM: from } = schema.parse(process.env);
  return url && from ? { url, from } : null;
}

/** The servers of the replicated log, from THREADLINE_NATS; null if this database is on one machine. */
export function logServers(): { urls: string; credentials: string | null } | null {
  const { THREADLINE_NATS: urls, THREADLINE_NATS_CREDENTIALS: credentials } = schema.parse(process.env);
  return urls ? { urls, credentials: credentials ?? null } : null;
}

/** The address at which this node serves its newest backup to joining nodes, from THREADLINE_SEED; null if it serves none. */
export function seedAddress(): { host: string; port: number } | null {
  const { THREADLINE_SEED: address } = schema.parse(process.env);
  const [, host = '', port] = /^(.*):(\d+)$/.exec(address ?? '') ?? [];
  return host ? { host: host.replace(/^\[|\]$/g, ''), port: Number(port) } : null;
}

/** The secret that joining nodes send, the same on all nodes, from THREADLINE_SEED_TOKEN. */
export function seedToken(): string | null {
  return schema.parse(process.env).THREADLINE_SEED_TOKEN ?? null;
}
