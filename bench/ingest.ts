import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Archive, bytesBelow, mailBlobs, shortenedCopy } from './archives';
import { isThere, PACKAGE, PEERS, type PeerRun, runPeer } from './peers';
import { type Measured, measure } from './process';
import { median } from './stats';
import { figure, megabytes, spread, type Table, times } from './table';

/** The command of `npm run ingest`, without the second that npm takes. */
export const INGEST =
  'MALLOC_ARENA_MAX=2 node --max-semi-space-size=8 --max-old-space-size=2000 --no-regexp-tier-up dist/ingest.mjs --json';
const LATE = 100;

export interface IngestResult {
  archive: string;
  mails: number;
  catFile: number[];
  ours: Measured[];
  database: number;
  late: number;
  lateSeconds: number[];
  peers: PeerRun[];
}

export async function ingestInto(database: string, archives: Archive[]): Promise<Measured> {
  return measure(
    INGEST,
    archives.map(({ path }) => path),
    { THREADLINE_DB: database },
  );
}

/** Runs rounds of `git cat-file --batch` and of our ingest in turn, and the peers once, because they take minutes. */
export async function measureIngest(
  archive: Archive,
  folder: string,
  rounds: number,
  withPeers: boolean,
  say: (text: string) => void,
): Promise<IngestResult> {
  await mkdir(folder, { recursive: true });
  const catFile: number[] = [];
  const ours: Measured[] = [];
  const lists: string[] = [];
  for (const [n, epoch] of archive.epochs.entries()) {
    const list = join(folder, `blobs-${n}`);
    await writeFile(list, `${(await mailBlobs(epoch)).join('\n')}\n`);
    lists.push(`git --git-dir='${epoch}' cat-file --batch --buffer < '${list}' > /dev/null`);
  }
  const database = join(folder, 'ours.sqlite');
  for (let round = 0; round < rounds; round++) {
    say(`${archive.name}: ingest, round ${round + 1} of ${rounds}`);
    if (lists.length) catFile.push((await measure(`set -e; ${lists.join('; ')}; :`, [])).seconds);
    for (const end of ['', '-wal', '-shm', '-ingest-lock']) await rm(database + end, { force: true });
    ours.push(await ingestInto(database, [archive]));
  }
  const said = JSON.parse(ours.at(-1)?.stdout ?? '{}') as { read: number };
  const catching = await catchUp(archive, folder, rounds);
  const peers: PeerRun[] = [];
  for (const peer of PEERS) {
    if (!withPeers || !isThere(peer) || (peer === 'public-inbox' && !archive.epochs.length)) continue;
    say(`${archive.name}: ${peer}, which takes minutes`);
    peers.push(await runPeer(peer, archive, join(folder, peer), LATE));
  }
  return {
    archive: archive.name,
    mails: said.read,
    catFile,
    ours,
    database: bytesBelow(database),
    ...catching,
    peers,
  };
}

/** Ingests the last mails of an archive into a database with the others. */
async function catchUp(
  archive: Archive,
  folder: string,
  rounds: number,
): Promise<{ late: number; lateSeconds: number[] }> {
  const lateSeconds: number[] = [];
  let late = 0;
  if (!archive.epochs.length) return { late, lateSeconds };
  for (let round = 0; round < rounds; round++) {
    const short = join(folder, `short-${round}`);
    const copy = await shortenedCopy(archive, join(short, archive.name), LATE);
    const database = join(short, 'late.sqlite');
    const shortened = { ...archive, path: copy.path };
    await ingestInto(database, [shortened]);
    await copy.complete();
    lateSeconds.push((await ingestInto(database, [shortened])).seconds);
    late = copy.late;
    await rm(short, { recursive: true, force: true });
  }
  return { late, lateSeconds };
}

const rate = (mails: number, seconds: number[]) => (seconds.length ? mails / median(seconds) : Number.NaN);

/** The tables of the results, with the peers beside us. */
export function ingestTables(results: IngestResult[]): Table[] {
  const rows = results.flatMap((result) => {
    const seconds = result.ours.map((run) => run.seconds);
    const own = [
      result.archive,
      'Threadline',
      figure(result.mails),
      spread(seconds),
      figure(rate(result.mails, seconds)),
      spread(result.ours.map((run) => run.cpuSeconds)),
      megabytes(median(result.ours.map((run) => run.treePeakBytes))),
      megabytes(result.database),
      '1',
    ];
    const cat = [
      result.archive,
      'git cat-file --batch',
      figure(result.mails),
      spread(result.catFile),
      figure(rate(result.mails, result.catFile)),
    ];
    const faster = (perMail: number) => times(perMail / (median(seconds) / result.mails));
    return [
      own,
      ...(result.catFile.length ? [[...cat, '', '', '', faster(median(result.catFile) / result.mails)]] : []),
      ...result.peers.map((run) => [
        result.archive,
        run.peer,
        figure(run.mails),
        figure(run.first.seconds),
        figure(run.mails / run.first.seconds),
        figure(run.first.cpuSeconds),
        megabytes(run.first.treePeakBytes),
        `${megabytes(run.source)} + ${megabytes(run.index)}`,
        faster(run.first.seconds / run.mails),
      ]),
    ];
  });
  const late = results.flatMap((result) => [
    ...(result.late ? [[result.archive, 'Threadline', figure(result.late), spread(result.lateSeconds)]] : []),
    ...result.peers.map((run) => [result.archive, run.peer, figure(run.late), figure(run.second.seconds)]),
  ]);
  const absent = PEERS.filter((peer) => !isThere(peer)).map(
    (peer) => `${peer} is not installed (Debian: ${PACKAGE[peer]}).`,
  );
  return [
    {
      title: 'Ingest',
      notes: [
        'From the archive to a searchable index, including all analyses. The last column is the time per mail relative to ours. Memory is the sum of the program and its children.',
        ...absent,
      ],
      columns: ['archive', 'program', 'mails', 'seconds', 'mails/s', 'CPU s', 'memory', 'on disk', 'time per mail'],
      rows,
    },
    {
      title: 'Catching up',
      notes: ['The last mails of an archive into an index with all others, including the start of the program.'],
      columns: ['archive', 'program', 'mails', 'seconds'],
      rows: late,
    },
  ];
}
