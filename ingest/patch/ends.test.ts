import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mailOf, PatchDatabase } from '../../tests/patchdb.ts';

const ADA = { name: 'Ada Example', address: 'ada@example.org' };
const BEA = { name: 'Bea Example', address: 'bea@example.org' };
const KIT = { name: 'Kit Keeper', address: 'kit@example.org' };
const ROBOT = { name: 'kernel test robot', address: 'lkp@intel.com' };
const DAY = 86_400;
const START = 1_600_000_000;

const diff = (path: string, from: string, to: string) =>
  `---\ndiff --git a/${path} b/${path}\nindex 2222222..3333333 100644\n--- a/${path}\n+++ b/${path}\n@@ -4,3 +4,3 @@ here\n before\n-${from}\n+${to}\n after\n-- \n2.40.1\n`;

describe('how work ends', () => {
  let store: PatchDatabase;
  beforeEach(async () => {
    store = await PatchDatabase.create();
  });
  afterEach(async () => store.close());

  const mail = (id: string, day: number, author: typeof ADA, subject: string, text: string, ...below: string[]) =>
    mailOf({
      msgid: `${id}@example.org`,
      sentAt: START + day * DAY,
      author,
      subject,
      text,
      references: below.map((one) => `${one}@example.org`),
    });
  const patch = (id: string, day: number, subject: string, author = ADA, path = 'kennel.c') =>
    mail(
      id,
      day,
      author,
      subject,
      `Open it.\n\nSigned-off-by: ${author.name} <${author.address}>\n${diff(path, 'close(door);', 'open(door, wide);')}`,
    );
  const revert = (id: string, day: number, subject: string, author = BEA) =>
    mail(
      id,
      day,
      author,
      subject,
      `Dogs run away.\n\nSigned-off-by: ${author.name} <${author.address}>\n${diff('kennel.c', 'open(door, wide);', 'close(door);')}`,
    );
  const applied = (id: string, day: number, subject: string, to: string) =>
    mail(id, day, KIT, `Re: ${subject}`, '> Open it.\n\nApplied, thanks.\n', to);
  /** Statuses by title. */
  async function statesOf(...mails: ReturnType<typeof mailOf>[]): Promise<Record<string, string>> {
    await store.add(mails);
    const rows = await store.db.all<{ title: string; status: string }>('SELECT title, status FROM series');
    return Object.fromEntries(rows.map(({ title, status }) => [title, status]));
  }
  const TITLE = '[PATCH] kennel: open the door';

  it.each([
    ['git', '[PATCH] Revert "kennel: open the door"'],
    ['a subsystem before it', '[PATCH] kennel: Revert "open the door"'],
  ])('what was applied is reverted when the revert is applied: a title of %s, years later', async (_, title) => {
    const states = await statesOf(
      patch('a', 0, TITLE),
      applied('b', 1, TITLE, 'a'),
      revert('c', 1200, title),
      applied('d', 1201, title, 'c'),
    );
    expect(states['kennel: open the door']).toBe('reverted');
    expect(Object.values(states).sort()).toEqual(['applied', 'reverted']);
  });

  it('a revert that was not taken changes nothing', async () => {
    const states = await statesOf(
      patch('a', 0, TITLE),
      applied('b', 1, TITLE, 'a'),
      revert('c', 9, '[PATCH] Revert "kennel: open the door"'),
    );
    expect(states).toEqual({ 'kennel: open the door': 'applied', 'Revert "kennel: open the door"': 'posted' });
  });

  it('a patch that was never applied is not reverted', async () => {
    const title = '[PATCH] Revert "kennel: open the door"';
    const states = await statesOf(patch('a', 0, TITLE), revert('c', 9, title), applied('d', 10, title, 'c'));
    expect(states['kennel: open the door']).toBe('posted');
  });

  it('a revert does not affect a patch with the same title in other files', async () => {
    const title = '[PATCH] Revert "kennel: open the door"';
    const states = await statesOf(
      patch('a', 0, TITLE, ADA, 'stable.c'),
      applied('b', 1, TITLE, 'a'),
      revert('c', 9, title),
      applied('d', 10, title, 'c'),
    );
    expect(states['kennel: open the door']).toBe('applied');
  });

  it('a patch taken again after the revert is applied', async () => {
    const title = '[PATCH] Revert "kennel: open the door"';
    const states = await statesOf(
      patch('a', 0, TITLE),
      applied('b', 1, TITLE, 'a'),
      revert('c', 9, title),
      applied('d', 10, title, 'c'),
      applied('e', 20, TITLE, 'a'),
    );
    expect(states['kennel: open the door']).toBe('applied');
  });

  it('a keeper takes their own work in a report, others do not', async () => {
    const own = (id: string, day: number, author: typeof ADA, path: string) => [
      patch(id, day, `[PATCH] dogs: ${path}`, author, path),
      mail(`${id}1`, day + 1, author, `Re: [PATCH] dogs: ${path}`, '> Open it.\n\nI have applied this change.\n', id),
    ];
    const states = await statesOf(
      ...['bark', 'sleep'].flatMap((title, n) => [
        patch(`x${n}`, 0, `[PATCH] dogs: ${title}`, ADA, `${n}.c`),
        applied(`y${n}`, 1, `[PATCH] dogs: ${title}`, `x${n}`),
      ]),
      ...own('k', 4, KIT, 'eat'),
      ...own('a', 6, ADA, 'run'),
    );
    expect(states).toMatchObject({ 'dogs: eat': 'applied', 'dogs: run': 'posted' });
  });

  const ASKED = '> Open it.\n\nDogs run through wide doors, as we have seen in spring.\n';
  const whose = async () =>
    (
      await store.db.get<{ name: string }>(
        'SELECT i.name FROM series s JOIN message m ON m.id = s.proof_id JOIN identity i ON i.id = m.author_id',
      )
    )?.name;

  it("an author's promise shows that a change was requested, and by whom", async () => {
    const states = await statesOf(
      patch('a', 0, TITLE),
      mail('b', 1, BEA, `Re: ${TITLE}`, ASKED, 'a'),
      mail('c', 2, ADA, `Re: ${TITLE}`, '> Dogs run through wide doors.\n\nRight, will fix in v2.\n', 'a', 'b'),
    );
    expect([states['kennel: open the door'], await whose()]).toEqual(['changes requested', 'Bea Example']);
  });

  it('who found that it fails, and later that it works, waits for no change', async () => {
    const states = await statesOf(
      patch('a', 0, TITLE),
      mail('b', 1, BEA, `Re: ${TITLE}`, '> Open it.\n\nThis does not work here.\n', 'a'),
      mail('c', 2, BEA, `Re: ${TITLE}`, '> Open it.\n\nThanks! It worked and the issue is gone.\n', 'a', 'b'),
    );
    expect(states['kennel: open the door']).toBe('under discussion');
  });

  it.each([
    ['of somebody else', KIT, BEA],
    ['to a robot', ADA, ROBOT],
    ['to oneself', ADA, ADA],
  ])('a promise %s shows nothing', async (_, promiser, answered) => {
    const states = await statesOf(
      patch('a', 0, TITLE),
      mail('b', 1, answered, `Re: ${TITLE}`, ASKED, 'a'),
      mail('c', 2, promiser, `Re: ${TITLE}`, '> Dogs run.\n\nRight, will fix in v2.\n', 'a', 'b'),
    );
    expect(states['kennel: open the door']).not.toBe('changes requested');
  });

  it.each([
    ['help with a question', '> How do I open it, then?\n>\n> Thanks!\n\nPlease use the key under the mat.\n'],
    ['what a tool printed', 'WARNING: doors\nPlease use two doors.\n'],
    ['a patch that is shown', 'On top:\n\nFrom: Bea Example <bea@example.org>\nDate: Mon\n\nPlease use two doors.\n'],
  ])('no request: %s', async (_, text) => {
    const states = await statesOf(patch('a', 0, TITLE), mail('b', 1, BEA, `Re: ${TITLE}`, text, 'a'));
    expect(states['kennel: open the door']).toBe('under discussion');
  });

  it.each([
    ['an offer', '> Should I open it wide?\n\nPlease use two doors.\n'],
    ['a statement', '> I open it.\n\nPlease use two doors.\n'],
  ])('a request: in answer to %s', async (_, text) => {
    const states = await statesOf(patch('a', 0, TITLE), mail('b', 1, BEA, `Re: ${TITLE}`, text, 'a'));
    expect(states['kennel: open the door']).toBe('changes requested');
  });

  describe('an answer is expected', () => {
    const LIST = { name: '', address: 'pets@lists.example.org' };
    const waits = async (...mails: ReturnType<typeof mailOf>[]) => {
      await store.add(mails);
      return await store.db.all('SELECT title, waiting, addressee FROM series WHERE waiting = 1');
    };
    const sentTo = (to: (typeof ADA)[], cc: (typeof ADA)[] = [], author = ADA, id = 'a') => ({
      ...patch(id, 0, TITLE, author),
      to,
      cc,
    });
    const wait = { title: 'kennel: open the door', waiting: 1, addressee: 'Kit Keeper' };

    it.each([
      ['one in To:', [LIST, KIT], []],
      ['one in Cc:', [LIST], [ROBOT, ADA, KIT]],
    ])('%s', async (_, to, cc) => {
      expect(await waits(sentTo(to, cc))).toEqual([wait]);
    });

    it('even if robots and the author answered', async () => {
      const answer = (id: string, author: typeof ADA) => mail(id, 1, author, `Re: ${TITLE}`, 'It builds.\n', 'a');
      expect(await waits(sentTo([KIT]), answer('b', ROBOT), answer('c', ADA))).toEqual([wait]);
    });

    it.each([
      ['sent to lists, robots and oneself alone', sentTo([LIST, ROBOT], [ADA])],
      ['of a robot', sentTo([KIT], [], ROBOT)],
      [
        'that is a pull request',
        { ...mail('a', 0, ADA, '[GIT PULL] kennel: open the door', 'Please pull.\n'), to: [KIT] },
      ],
    ])('nobody, for work %s', async (_, one) => {
      expect(await waits(one)).toEqual([]);
    });

    it('from nobody, once a person answered, or if a keeper posts their own work', async () => {
      expect(await waits(sentTo([KIT]), mail('b', 1, BEA, `Re: ${TITLE}`, 'I wonder.\n', 'a'))).toEqual([]);
      const others = ['[PATCH] dogs: bark', '[PATCH] dogs: sleep'].flatMap((title, n) => [
        patch(`x${n}`, 2, title, ADA, `${n}.c`),
        applied(`y${n}`, 3, title, `x${n}`),
      ]);
      const own = { ...patch('k', 4, '[PATCH] dogs: eat', KIT, 'eat.c'), to: [ADA] };
      expect(await waits(...others, own)).toEqual([]);
    });

    it('only for the newest version', async () => {
      const next = { ...patch('b', 5, '[PATCH v2] kennel: open the door'), to: [KIT] };
      expect(await waits(sentTo([BEA]), next)).toEqual([wait]);
    });
  });
});
