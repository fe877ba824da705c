import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { Reader } from '#db/open';
import { rawOf } from '#db/queries/blocks';
import { findMessage, type MessageRow } from '#db/queries/message';
import { fingerprint } from '../../bench/fingerprint';
import { ARCHIVES, archive } from '../archives';
import { readMails } from '../blobs';
import { command, ingest, scratch } from '../command';

const NAMES = ['kexec', 'linux-edac', 'linux-pm', 'lkml-2004-2005.mbox'];

describe.skipIf(ARCHIVES === null)('the real archives', () => {
  const folder = scratch();
  afterAll(() => folder.remove());
  const together = `${folder.path}/together.sqlite`;
  const apart = `${folder.path}/apart.sqlite`;
  const paths = NAMES.map((name) => archive(name));

  it('are accounted for, message by message', () => {
    const summary = ingest(together, ...paths);
    expect(summary.read).toBe(2342 + 14_321 + 11_000 + 25);
    expect(summary.stored + summary.duplicate + summary.deleted + summary.rejected).toBe(summary.read);
    expect(summary.rejected).toBe(0);
    // Of the mails with a repeated Message-ID, six in linux-edac and one in linux-pm are equal except for hops or dates.
    expect(summary.lists).toEqual({ kexec: 2342, 'linux-edac': 14_315, 'linux-kernel': 25, 'linux-pm': 10_999 });
    expect(command('verify', [], together)).toMatchObject({ status: 0 });
  });

  it('store nothing when they are ingested again', () => {
    expect(ingest(together, ...paths)).toMatchObject({ read: 0, stored: 0, duplicate: 0, rejected: 0 });
  });

  it('give the same database one after another or all at once', async () => {
    for (const path of paths) ingest(apart, path);
    expect(await fingerprint(apart)).toEqual(await fingerprint(together));
  });

  it('return the exact bytes of every message of kexec', async () => {
    const reader = await Reader.open(together, 1);
    let compared = 0;
    for (const { bytes } of readMails(archive('kexec/git/0.git'))) {
      const msgid = /^Message-ID:\s*<([^>]+)>/im.exec(bytes.toString('latin1'))?.[1] ?? '';
      const [raw] = await reader.read(async (db) => rawOf(db, [(await findMessage(db, msgid)) as MessageRow]));
      expect(hashOf(raw ?? ''), msgid).toBe(hashOf(bytes));
      compared++;
    }
    await reader.close();
    expect(compared).toBe(2342);
  });
});

const hashOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
