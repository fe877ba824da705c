/**
 * node dist/joined.mjs FOLDER ARCHIVE...: one large public-inbox of real mails, out of small ones. Each archive is taken several times,
 * its copies some years apart and with different Message-IDs, all in order of arrival.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { CommandError, runProgram } from '../cli/program';
import { archivesOf } from './archives';

/** One mail of a copy: where its bytes are, and when it came. */
interface Mail {
  epoch: number;
  oid: string;
  at: number;
  copy: number;
}

const YEAR = 365.25 * 86400;

async function run(folder: string, paths: string[], flags: { copies: string; years: string }): Promise<void> {
  const epochs = archivesOf(paths).flatMap((archive) => archive.epochs);
  const years = Number(flags.years);
  const first = (await Promise.all(epochs.map(listMails))).flat();
  const readers = epochs.map((epoch) => new BlobReader(epoch));
  const known = new Set<string>();
  for (const { epoch, oid } of first)
    for (const id of idsIn(headersOf(await readers[epoch]?.read(oid)), OWN_ID)) known.add(id);
  const mails = Array.from({ length: Number(flags.copies) }, (_, copy) =>
    first.map((mail) => ({ ...mail, copy, at: Math.round(mail.at + copy * years * YEAR) })),
  ).flat();
  mails.sort((a, b) => a.at - b.at);
  const bare = join(folder, 'git', '0.git');
  await mkdir(bare, { recursive: true });
  await ended(spawn('git', ['init', '--quiet', '--bare', bare], { stdio: 'inherit' }));
  const importer = spawn('git', ['-C', bare, 'fast-import', '--quiet'], { stdio: ['pipe', 'inherit', 'inherit'] });
  for (const mail of mails) {
    const raw = shifted((await readers[mail.epoch]?.read(mail.oid)) ?? '', mail.copy, mail.copy * years, known);
    const bytes = Buffer.from(raw, 'latin1');
    const who = `bench <bench@example.org> ${mail.at} +0000`;
    const head = `commit refs/heads/master\nauthor ${who}\ncommitter ${who}\ndata 0\nM 100644 inline m\ndata ${bytes.length}\n`;
    importer.stdin.write(head);
    importer.stdin.write(bytes);
    if (!importer.stdin.write('\n')) await once(importer.stdin, 'drain');
  }
  importer.stdin.end();
  await ended(importer);
  for (const reader of readers) reader.close();
  process.stdout.write(`${mails.length} mails\n`);
}

async function ended(child: ChildProcess): Promise<void> {
  const [status] = await once(child, 'close');
  if (status !== 0) throw new CommandError(`git ended with ${status}`);
}

/** The mails of a repository with the time of their commits' authors, which public-inbox sets to when the mail came. */
async function listMails(repository: string, epoch: number): Promise<Mail[]> {
  const args = ['log', '--reverse', '--format=@%at', '--raw', '--no-abbrev', '--no-renames', '--root', 'HEAD'];
  const log = spawn('git', ['-C', repository, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const mails: Mail[] = [];
  let at = 0;
  for await (const line of createInterface(log.stdout)) {
    if (line.startsWith('@')) at = Number(line.slice(1));
    const oid = /^:\d+ \d+ [\da-f]+ ([\da-f]+) [AM]\tm$/.exec(line)?.[1];
    if (oid) mails.push({ epoch, oid, at, copy: 0 });
  }
  return mails;
}

/** One `git cat-file --batch`, asked for one blob at a time. */
class BlobReader {
  readonly #git;
  readonly #parts: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(repository: string) {
    this.#git = spawn('git', ['-C', repository, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#parts = this.#git.stdout[Symbol.asyncIterator]();
  }

  async read(oid: string): Promise<string> {
    this.#git.stdin.write(`${oid}\n`);
    let end = -1;
    while (end < 0) {
      end = this.#rest.indexOf(10);
      if (end < 0) await this.#more();
    }
    const size = Number(this.#rest.toString('latin1', 0, end).split(' ')[2]);
    while (this.#rest.length < end + size + 2) await this.#more();
    const text = this.#rest.toString('latin1', end + 1, end + 1 + size);
    this.#rest = this.#rest.subarray(end + size + 2);
    return text;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#parts.next();
    if (done) throw new CommandError('git cat-file ended early');
    this.#rest = Buffer.concat([this.#rest, value]);
  }

  close(): void {
    this.#git.stdin.end();
  }
}

const OWN_ID = /^message-id:\s*<([^<>\s]+)>/gim;
const ANY_ID = /[\w.+$=-]{1,200}@[\w.-]{1,200}/g;

function headersOf(raw = ''): string {
  const end = /\r?\n\r?\n/.exec(raw)?.index ?? raw.length;
  return raw.slice(0, end);
}

const idsIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((found) => found[1] as string);

/** The same mail some years later; a Message-ID of the archives, wherever it is named, is that of the same copy. */
function shifted(raw: string, copy: number, years: number, known: ReadonlySet<string>): string {
  if (copy === 0) return raw;
  const headers = headersOf(raw);
  const dated = headers.replace(/^date:.*$/gim, (line) =>
    line.replace(/(?<= )(?:19|20)\d\d(?= )/, (year) => String(Number(year) + years)),
  );
  return (dated + raw.slice(headers.length)).replace(ANY_ID, (id) => (known.has(id) ? `${id}.copy${copy}` : id));
}

await runProgram(
  new Command('joined')
    .description('joins archives into one large public-inbox, each several times, some years apart')
    .argument('<folder>', 'where the public-inbox is made')
    .argument('<archive...>', 'public-inboxes')
    .option('--copies <n>', 'how often each archive is taken', '4')
    .option('--years <n>', 'how far apart its copies are', '3')
    .action(run),
);
