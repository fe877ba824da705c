import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  added,
  commitTo,
  eventsResumedAtEach,
  lastState,
  mail,
  only,
  readAll,
  summary,
  temporary,
  withdrawn,
} from './testing';
import { SourceError } from './types';

function inbox(...epochs: Parameters<typeof commitTo>[1][]): string {
  const path = join(temporary(), 'widgets');
  for (const [n, commits] of epochs.entries()) commitTo(join(path, 'git', `${n}.git`), commits);
  return path;
}

const mails = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => added(mail(from + n)));
const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `mail ${mail(from + n)}`);

describe('a public-inbox v2 directory', () => {
  it('is one source over all epochs, in order', async () => {
    const source = await only(inbox(mails(0, 3), mails(3, 5)));
    const { events, totals } = await readAll(source);
    expect([source.kind, source.listName]).toEqual(['public-inbox-v2', 'widgets']);
    expect(summary(events)).toEqual(texts(0, 5));
    expect(totals).toEqual(['5 mails']);
  });

  it('gives blob, epoch and arrival of each mail', async () => {
    const { events } = await readAll(
      await only(inbox([], [{ ...added('To: x@example.org\n\nhello\n'), at: 1234567890 }])),
    );
    expect(events[0]).toMatchObject({
      // From `git hash-object` for these 25 bytes.
      origin: { epoch: 1, oid: '19e8062f5a6e13ca4299187c188eb647a16f9312', receivedAt: 1234567890 },
    });
  });

  it('gives the same result if resumed at every checkpoint', async () => {
    const source = await only(inbox(mails(0, 2300), mails(2300, 2310)));
    const runs = await eventsResumedAtEach(source);
    expect(runs).toHaveLength(4);
    for (const run of runs) expect(run).toEqual(texts(0, 2310));
  });

  it('reads only new mails, including new epochs', async () => {
    const path = inbox(mails(0, 2));
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    expect((await readAll(source, state)).events).toEqual([]);
    commitTo(join(path, 'git', '0.git'), mails(2, 3), false);
    commitTo(join(path, 'git', '1.git'), mails(3, 5));
    expect(summary((await readAll(await only(path), state)).events)).toEqual(texts(2, 5));
  });

  it('yields a mail that is withdrawn later as deleted, in any epoch', async () => {
    const path = inbox(
      [added(mail(0)), added(mail(1)), withdrawn(mail(1)), added(mail(2))],
      [added(mail(3)), withdrawn(mail(0))],
    );
    expect(summary((await readAll(await only(path))).events)).toEqual([
      `deleted ${mail(0)}`,
      `deleted ${mail(1)}`,
      `mail ${mail(2)}`,
      `mail ${mail(3)}`,
    ]);
  });

  it('keeps a mail that was added again after its withdrawal', async () => {
    const path = inbox([added(mail(0)), withdrawn(mail(0)), added(mail(0))]);
    expect(summary((await readAll(await only(path))).events)).toEqual([`deleted ${mail(0)}`, `mail ${mail(0)}`]);
  });

  it('withdraws a mail from an earlier run', async () => {
    const path = inbox([added(mail(0)), added(mail(1))]);
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    commitTo(join(path, 'git', '0.git'), [withdrawn(mail(0))], false);
    expect(summary((await readAll(source, state)).events)).toEqual([`withdraw ${mail(0)}`]);
  });

  it('reads a rewritten history again from the start, and says so', async () => {
    const path = inbox(mails(0, 3));
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    commitTo(join(path, 'git', '0.git'), mails(1, 4));
    const again = await readAll(source, state);
    expect(summary(again.events)).toEqual(texts(1, 4));
    expect(again.notes[0]).toMatch(/rewritten/);
  });

  it('yields mails missing from a rewritten history as purged, then new ones', async () => {
    const path = inbox([added(mail(0)), added(mail(1)), added(mail(2))]);
    const source = await only(path);
    const first = await readAll(source);
    const posted = first.events.flatMap((event, message) =>
      event.kind === 'mail' ? [{ oid: event.origin.oid as string, message }] : [],
    );
    // public-inbox-purge replaces the mail by an empty file.
    commitTo(join(path, 'git', '0.git'), [added(mail(0)), added(''), added(mail(2)), added(mail(3))]);
    async function* held(epoch: number | null) {
      yield epoch === 0 ? posted : [];
    }
    const again: string[] = [];
    for await (const event of source.open({ state: lastState(first.events), isSeen: async () => new Set(), held }))
      again.push(
        event.kind === 'purged' ? `purged ${event.message}` : event.kind === 'mail' ? `${event.bytes}` : event.kind,
      );
    expect(again).toEqual(['purged 1', mail(3), 'checkpoint']);
    expect(summary((await readAll(await only(path))).events)).toEqual([
      `mail ${mail(0)}`,
      'deleted ',
      `mail ${mail(2)}`,
      `mail ${mail(3)}`,
    ]);
  });

  it('keeps its mails if the history only became shorter', async () => {
    const path = inbox(mails(0, 3));
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    commitTo(join(path, 'git', '0.git'), mails(0, 2));
    const again = await readAll(source, state);
    expect([again.events, again.notes[0]]).toEqual([[], expect.stringMatching(/newest commits are gone.*kept/)]);
    commitTo(join(path, 'git', '0.git'), mails(0, 4));
    expect(summary((await readAll(source, state)).events)).toEqual(texts(3, 4));
  });

  it('does not bring back mails that a later epoch withdrew in an earlier run', async () => {
    const path = inbox(mails(0, 2), [withdrawn(mail(0))]);
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    commitTo(join(path, 'git', '0.git'), [added(mail(0)), added(mail(5))]);
    expect(summary((await readAll(source, state)).events)).toEqual([`mail ${mail(5)}`]);
  });

  it('rejects a blank mail and a missing blob, and continues', async () => {
    const path = inbox([added(' \n\n'), added(mail(1)), added(mail(2))]);
    const { events } = await readAll(await only(path));
    expect(summary(events)[0]).toBe('reject contains no mail');
    const gone = events[1]?.kind === 'mail' ? (events[1].origin.oid as string) : '';
    unpack(join(path, 'git', '0.git'));
    rmSync(join(path, 'git', '0.git', 'objects', gone.slice(0, 2), gone.slice(2)));
    const after = await readAll(await only(path));
    expect(summary(after.events).slice(1)).toEqual([
      'reject its blob is missing from the repository',
      `mail ${mail(2)}`,
    ]);
  });

  it('may have object names with 64 digits', async () => {
    const path = join(temporary(), 'inbox');
    commitTo(join(path, 'git', '0.git'), mails(0, 3), true, 'sha256');
    const { events } = await readAll(await only(path));
    expect(summary(events)).toEqual(texts(0, 3));
    expect(events[0]?.kind === 'mail' && events[0].origin.oid).toMatch(/^[0-9a-f]{64}$/);
  });

  it("runs nothing that the settings of a stranger's repository name", async () => {
    const path = inbox([added(mail(0)), added(mail(1))]);
    const repository = join(path, 'git', '0.git');
    const oid = (await readAll(await only(path))).events[0];
    unpack(repository);
    const name = oid?.kind === 'mail' ? (oid.origin.oid as string) : '';
    rmSync(join(repository, 'objects', name.slice(0, 2), name.slice(2)));
    const proof = join(path, 'was-run');
    const settings = {
      'core.sshCommand': `touch ${proof};`,
      'remote.origin.url': 'ssh://x.example.org/x',
      'remote.origin.promisor': 'true',
      'extensions.partialClone': 'origin',
      'log.showSignature': 'true',
      'gpg.program': `touch ${proof};`,
      'core.repositoryFormatVersion': '1',
    };
    for (const [key, value] of Object.entries(settings))
      execFileSync('git', ['--git-dir', repository, 'config', key, value]);
    const { events } = await readAll(await only(path));
    expect(summary(events)).toContain(`mail ${mail(1)}`);
    expect(existsSync(proof)).toBe(false);
  });

  it('accepts an empty repository as an archive without mail', async () => {
    const result = await readAll(await only(inbox([])));
    expect([result.events, result.error]).toEqual([[], null]);
    expect(result.notes[0]).toMatch(/empty/);
  });

  it("fails with git's message if a repository is damaged", async () => {
    const path = inbox(mails(0, 3));
    const objects = join(path, 'git', '0.git', 'objects', 'pack');
    unpack(join(path, 'git', '0.git'));
    for (const name of readdirSync(join(objects, '..'))) rmSync(join(objects, '..', name), { recursive: true });
    const { error } = await readAll(await only(path));
    expect(error).toBeInstanceOf(SourceError);
    expect(String(error)).toMatch(/0\.git.*(fatal|error|not a git repository)/s);
  });
});

describe('a public-inbox repository', () => {
  it('is an epoch with the name of its inbox', async () => {
    const path = inbox(mails(0, 1), mails(1, 2));
    const source = await only(join(path, 'git', '1.git'));
    expect([source.kind, source.listName]).toEqual(['public-inbox-v2', 'widgets']);
    expect(summary((await readAll(source)).events)).toEqual(texts(1, 2));
  });

  it('of version 1 has one file per mail, whose removal withdraws the mail', async () => {
    const path = join(temporary(), 'gadgets.git');
    const file = (n: number) => `${String(n).padStart(2, '0')}/${'0'.repeat(38)}`;
    const put = (n: number) => ({ set: { [file(n)]: mail(n) } });
    commitTo(path, [put(0), put(1), { remove: [file(0)] }, put(2)]);
    const source = await only(path);
    const first = await readAll(source);
    expect([source.kind, source.listName]).toEqual(['public-inbox-v1', 'gadgets']);
    expect(summary(first.events)).toEqual([`deleted ${mail(0)}`, `mail ${mail(1)}`, `mail ${mail(2)}`]);
    commitTo(path, [{ remove: [file(2)] }], false);
    expect(summary((await readAll(source, lastState(first.events))).events)).toEqual([`withdraw ${mail(2)}`]);
  });

  it('with anything else is rejected', async () => {
    const path = join(temporary(), 'code.git');
    commitTo(path, [{ set: { 'README.md': 'hello' } }]);
    await expect(only(path)).rejects.toThrow(/git repository that contains no mails/);
  });
});

/** Objects as single files, so that one of them can be removed. */
function unpack(repository: string): void {
  const pack = join(repository, 'objects', 'pack');
  for (const name of readdirSync(pack).filter((file) => file.endsWith('.pack'))) {
    const moved = join(repository, name);
    renameSync(join(pack, name), moved);
    execFileSync('git', ['--git-dir', repository, 'unpack-objects', '-q'], { input: readFileSync(moved) });
  }
  for (const name of readdirSync(pack)) rmSync(join(pack, name));
}
