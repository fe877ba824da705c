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
    .regex(/^(?:nats|tls):\/\/\S+$/, 'nats://host:port, several separated by commas')
    .optional(),
  THREADLINE_NATS_CREDENTIALS: z.string().min(1).optional(),
  THREADLINE_SEED: z
    .string()
    .regex(/^\S+:\d{1,5}$/, 'the address and port that nodes which join reach this one by: host:port')
    .optional(),
  THREADLINE_SEED_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  THREADLINE_MAIL_SECONDS: z.coerce.number().min(0.01).max(3600).default(60),
});

/** Path of the database file, from THREADLINE_DB. */
export function databasePath(): string {
  return resolve(schema.parse(process.env).THREADLINE_DB);
}

/** How many seconds a server that is read from may be silent, from THREADLINE_SILENCE. */
export function silenceSeconds(): number {
  return schema.parse(process.env).THREADLINE_SILENCE;
}

/** The topics of THREADLINE_CONFIG, or of topics.json in the folder of the project; none where there is no such file. */
export function topics(): Topic[] {
  return loadTopics(resolve(schema.parse(process.env).THREADLINE_CONFIG), process.env.THREADLINE_CONFIG !== undefined);
}

/** How many seconds reading one mail may take, from THREADLINE_MAIL_SECONDS. */
export function mailSeconds(): number {
  return schema.parse(process.env).THREADLINE_MAIL_SECONDS;
}

/** The address that others reach the site by, from THREADLINE_BASE_URL; without a slash at its end. */
export function baseUrl(): string {
  return schema.parse(process.env).THREADLINE_BASE_URL.replace(/\/$/, '');
}

/** The server that takes mail, from THREADLINE_SMTP, and who it is from, from THREADLINE_MAIL_FROM; null where either is not set. */
export function smtp(): { url: string; from: string } | null {
  const { THREADLINE_SMTP: url, THREADLINE_MAIL_FROM: from } = schema.parse(process.env);
  return url && from ? { url, from } : null;
}

/** The servers of the replicated log, from THREADLINE_NATS; null: this database is on one machine. */
export function logServers(): { urls: string; credentials: string | null } | null {
  const { THREADLINE_NATS: urls, THREADLINE_NATS_CREDENTIALS: credentials } = schema.parse(process.env);
  return urls ? { urls, credentials: credentials ?? null } : null;
}

/** Where this node serves its newest backup to nodes that join, from THREADLINE_SEED; null: nowhere. */
export function seedAddress(): { host: string; port: number } | null {
  const { THREADLINE_SEED: address } = schema.parse(process.env);
  const [, host = '', port] = /^(.*):(\d+)$/.exec(address ?? '') ?? [];
  return host ? { host: host.replace(/^\[|\]$/g, ''), port: Number(port) } : null;
}

/** What such nodes have to know, the same on all of them, from THREADLINE_SEED_TOKEN. */
export function seedToken(): string | null {
  return schema.parse(process.env).THREADLINE_SEED_TOKEN ?? null;
}
