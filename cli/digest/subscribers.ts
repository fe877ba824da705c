import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CommandError } from '../program';

const schema = z.array(
  z.strictObject({
    to: z.email(),
    /** A list's name; left out: all lists. */
    list: z.string().min(1).optional(),
    /** A search, as the page /search/ takes it: only threads with a mail of the week that it finds. */
    query: z.string().min(1).optional(),
  }),
);

export type Subscriber = z.infer<typeof schema>[0];

/** Reads the subscribers from a file; errors name the field at fault. */
export function subscribersOf(file: string): Subscriber[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: cannot read file (${(error as NodeJS.ErrnoException).code})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError(`${file}: not valid JSON`);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new CommandError(`${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid value'}`);
}

const keyOf = ({ to, list, query }: Subscriber) => JSON.stringify([to, list ?? null, query ?? null]);

/** The last week sent to each subscriber, so that a second run sends nothing twice. Kept in a file beside the database. */
export class Sent {
  readonly #weeks: Record<string, string>;

  constructor(private readonly file: string) {
    this.#weeks = existsSync(file)
      ? z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')))
      : {};
  }

  has = (subscriber: Subscriber, week: string): boolean => this.#weeks[keyOf(subscriber)] === week;

  add(subscriber: Subscriber, week: string): void {
    this.#weeks[keyOf(subscriber)] = week;
    writeFileSync(`${this.file}.new`, `${JSON.stringify(this.#weeks, null, 1)}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}
