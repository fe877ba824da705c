import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reader } from '#db/open';
import { idsByArrival, mailsToWrite } from '#db/queries/mirror';
import { addition, blobName, withdrawal } from './commit';
import { exists, headOf, Importer, makeRepository, writeWhole } from './repository';

/** Bytes of mail after which the next epoch begins; public-inbox begins a new one at about a gigabyte of packs. */
const EPOCH_BYTES = 3e9;
const MAILS_AT_ONCE = 200;

/**
 * What has been written for a list, kept in the file `written` beside its epochs. Without it, or after a run that was cut short, everything
 * is written again, with the same result.
 */
interface Written {
  epoch: number;
  bytes: number;
  /** The last commit of the newest epoch. */
  head: string | null;
  /** Blob of each mail by message.id. */
  blobs: Map<number, string>;
}

/**
 * Writes a list's mails as public-inbox v2 epochs below `folder`, from the bytes in the database. Adds new mails and deletes those that
 * were withdrawn since. Deterministic: the same mails, in order of arrival, give the same commits.
 * @returns the numbers of the epochs
 */
export async function writeEpochs(
  reader: Reader,
  list: number,
  folder: string,
  every = EPOCH_BYTES,
): Promise<number[]> {
  await mkdir(folder, { recursive: true });
  const written = await continued(folder);
  const ids = await reader.read((db) => idsByArrival(db, list));
  const there = new Set(ids);
  const gone = [...written.blobs].filter(([id]) => !there.has(id));
  const fresh = ids.filter((id) => !written.blobs.has(id));
  if (written.head === null || gone.length || fresh.length) {
    await withdraw(folder, written, gone);
    for (let at = 0; at < fresh.length || written.head === null; ) {
      if (written.bytes >= every) Object.assign(written, { epoch: written.epoch + 1, bytes: 0, head: null });
      at = await addTo(reader, list, folder, written, fresh, at, every);
      if (!fresh.length) break;
    }
    await remember(folder, written);
  }
  return Array.from({ length: written.epoch + 1 }, (_, n) => n);
}

const epochPath = (folder: string, epoch: number) => join(folder, `${epoch}.git`);

/** Adds mails to the newest epoch until it is full; returns how far it got. */
async function addTo(
  reader: Reader,
  list: number,
  folder: string,
  written: Written,
  fresh: number[],
  from: number,
  every: number,
): Promise<number> {
  const path = epochPath(folder, written.epoch);
  await makeRepository(path);
  const importer = new Importer(path);
  await importer.continueFrom(written.head);
  let at = from;
  while (at < fresh.length && written.bytes < every) {
    const mails = await reader.read((db) => mailsToWrite(db, list, fresh.slice(at, at + MAILS_AT_ONCE)));
    at += MAILS_AT_ONCE;
    for (const mail of mails) {
      await importer.write(addition(mail));
      written.blobs.set(mail.id, blobName(mail.raw));
      written.bytes += mail.raw.reduce((sum, { length }) => sum + length, 0);
    }
  }
  await importer.end();
  written.head = await headOf(path);
  return Math.min(at, fresh.length);
}

/** Withdrawals are commits of the newest epoch, whichever epoch has the mail. A blob stays while another mail has the same bytes. */
async function withdraw(folder: string, written: Written, gone: [number, string][]): Promise<void> {
  if (!gone.length) return;
  const importer = new Importer(epochPath(folder, written.epoch));
  await importer.continueFrom(written.head);
  const at = Math.floor(Date.now() / 1000);
  for (const [id, oid] of gone) {
    await importer.write(withdrawal(oid, at));
    written.blobs.delete(id);
  }
  await importer.end();
  written.head = await headOf(epochPath(folder, written.epoch));
}

async function continued(folder: string): Promise<Written> {
  const text = await readFile(join(folder, 'written'), 'utf8').catch(() => '');
  const [first = '', ...lines] = text.split('\n');
  const [epoch, bytes, head = ''] = first.split(' ');
  const path = epochPath(folder, Number(epoch));
  if (head && (await exists(path)) && (await headOf(path)) === head)
    return {
      epoch: Number(epoch),
      bytes: Number(bytes),
      head,
      blobs: new Map(
        lines
          .filter(Boolean)
          .map((line) => line.split(' ') as [string, string])
          .map(([id, oid]) => [Number(id), oid]),
      ),
    };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return { epoch: 0, bytes: 0, head: null, blobs: new Map() };
}

async function remember(folder: string, { epoch, bytes, head, blobs }: Written): Promise<void> {
  const lines = [...blobs].map(([id, oid]) => `${id} ${oid}\n`);
  if (head) await writeWhole(join(folder, 'written'), `${epoch} ${bytes} ${head}\n${lines.join('')}`);
}
