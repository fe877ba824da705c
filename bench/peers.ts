import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Archive, bytesBelow, maildirOf, shortenedCopy } from './archives';
import { isInstalled, type Measured, measure } from './process';

/** The results of a peer's ingest. */
export interface PeerRun {
  peer: string;
  mails: number;
  first: Measured;
  /** The time for catching up with later mails. */
  late: number;
  second: Measured;
  /** The size of its source in bytes; and below, of its index. */
  source: number;
  index: number;
}

export const PEERS = ['public-inbox', 'notmuch', 'mu'] as const;
export type PeerName = (typeof PEERS)[number];

const PROGRAM: Record<PeerName, string> = { 'public-inbox': 'public-inbox-index', notmuch: 'notmuch', mu: 'mu' };
/** Debian's packages, named if a peer is missing. */
export const PACKAGE: Record<PeerName, string> = {
  'public-inbox': 'public-inbox',
  notmuch: 'notmuch',
  mu: 'maildir-utils',
};

export const isThere = (peer: PeerName) => isInstalled(PROGRAM[peer]);

/** Indexes all mails of an archive except the last `late`, then those. */
export function runPeer(peer: PeerName, archive: Archive, folder: string, late: number): Promise<PeerRun> {
  return peer === 'public-inbox' ? runPublicInbox(archive, folder, late) : runOnMaildir(peer, archive, folder, late);
}

/** The environment in which public-inbox finds its inbox below `folder`, and git accepts repositories of other users. */
export const publicInboxEnv = (folder: string): Record<string, string> => ({
  HOME: folder,
  PI_CONFIG: join(folder, 'config'),
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
});

async function runPublicInbox(archive: Archive, folder: string, late: number): Promise<PeerRun> {
  await mkdir(folder, { recursive: true });
  const env = publicInboxEnv(folder);
  const inbox = join(folder, archive.name);
  await writeFile(join(folder, '.gitconfig'), '[safe]\n\tdirectory = *\n');
  const copy = await shortenedCopy(archive, inbox, late);
  const url = `http://127.0.0.1/${archive.name}`;
  await measure('public-inbox-init -V2', [archive.name, inbox, url, `${archive.name}@example.org`], env);
  // Its best settings here: all words, two jobs, and a batch suited to two cores and their memory.
  const index = 'public-inbox-index -L full --batch-size=64m';
  const first = await measure(index, [inbox], env);
  await copy.complete();
  const second = await measure(index, [inbox], env);
  const source = bytesBelow(join(inbox, 'git'));
  return {
    peer: 'public-inbox',
    mails: copy.mails,
    first,
    late: copy.late,
    second,
    source,
    index: bytesBelow(inbox) - source,
  };
}

async function runOnMaildir(peer: 'notmuch' | 'mu', archive: Archive, folder: string, late: number): Promise<PeerRun> {
  await mkdir(folder, { recursive: true });
  const maildir = await maildirOf(archive, folder, late);
  const made = join(folder, peer === 'mu' ? 'mu' : 'mail/.notmuch');
  let env: Record<string, string> = {};
  if (peer === 'notmuch') {
    const config = join(folder, 'notmuch-config');
    await writeFile(
      config,
      `[database]\npath=${maildir.path}\n[user]\nname=Bench\nprimary_email=bench@example.org\n[new]\ntags=new\n`,
    );
    env = { NOTMUCH_CONFIG: config };
  } else await measure(`mu init --quiet --muhome=${made}`, [`--maildir=${maildir.path}`]);
  const index = peer === 'mu' ? `mu index --quiet --muhome=${made}` : 'notmuch new --quiet';
  const first = await measure(index, [], env);
  await maildir.complete();
  const second = await measure(index, [], env);
  const all = bytesBelow(folder);
  const size = existsSync(made) ? bytesBelow(made) : 0;
  return { peer, mails: maildir.mails, first, late: maildir.late, second, source: all - size, index: size };
}
