import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mailOf, PatchDatabase } from '../../tests/patchdb.ts';

const DAY = 86400;
const START = 1_600_000_000;

/** A patch mail to one file whose added lines are `lines`. */
function patch(
  msgid: string,
  day: number,
  subject: string,
  lines: string[],
  more: Parameters<typeof mailOf>[0] | object = {},
) {
  const diff = lines.map((line) => `+${line}`).join('\n');
  const text = `Change it.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\ndiff --git a/x.c b/x.c\nindex 1234567..89abcde 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,1 +1,${lines.length + 1} @@\n one\n${diff}\n-- \n2.30\n`;
  return mailOf({
    msgid,
    sentAt: START + day * DAY + msgid.length * 60 + (msgid.charCodeAt(0) % 60),
    subject,
    text,
    ...more,
  });
}

function reply(msgid: string, day: number, to: string, text: string, name = 'Bea Example') {
  return mailOf({
    msgid,
    sentAt: START + day * DAY + 5000,
    subject: 'Re: x',
    references: [to],
    text,
    author: { name, address: `${name.split(' ')[0]?.toLowerCase()}@example.org` },
  });
}

const one = ['alpha_function(first);', 'beta_function(second);', 'gamma_function(third);', 'delta_function(fourth);'];
const two = ['return omega_value + 7;', 'psi_table[index] = chi;', 'static int rho_counter;', 'if (tau_flag) sigma();'];

let store: PatchDatabase;
beforeEach(async () => {
  store = await PatchDatabase.create();
});
afterEach(async () => store.close());

describe('series', () => {
  it('joins versions by title, and a renamed one by its changes', async () => {
    await store.add([
      patch('a1@x', 0, '[PATCH] x: add alpha', one),
      patch('a2@x', 5, '[PATCH v2] x: add alpha', [...one, 'and_more(now);']),
      patch('a3@x', 9, '[PATCH v3] x: bring in greek letters', [...one, 'and_more(now);']),
    ]);
    expect(await store.series()).toEqual(['v1:a1@x v2:a2@x v3:a3@x']);
  });

  it('separates two works with the same author and title', async () => {
    await store.add([patch('a1@x', 0, '[PATCH] x: fix typo', one), patch('b1@x', 40, '[PATCH] x: fix typo', two)]);
    expect(await store.series()).toEqual(['v1:a1@x', 'v1:b1@x']);
  });

  it('accepts a replaced patch within a series', async () => {
    const cover = mailOf({ msgid: 'c0@x', sentAt: START, subject: '[PATCH v5 0/2] letters', text: 'Letters.' });
    const first = patch('p1@x', 0, '[PATCH v5 1/2] x: add alpha', one, { references: ['c0@x'] });
    const second = patch('p22@x', 0, '[PATCH v5 2/2] x: add omega', two, { references: ['c0@x'] });
    const again = patch('p222@x', 1, '[PATCH v5.1 2/2] x: add omega', [...two, 'late();'], {
      references: ['c0@x', 'p22@x'],
    });
    await store.add([cover, first, second, again]);
    expect(await store.series()).toEqual(['v5:c0@x,p1@x,p22@x v5:p222@x']);
  });

  /** Linked only by In-Reply-To. */
  const at = (to: string) => ({ references: [to] });

  it('separates a series sent in reply to another one, with and without cover letters', async () => {
    const cover = (msgid: string, subject: string, day: number, more = {}) =>
      mailOf({ msgid, sentAt: START + day * DAY, subject, text: 'A work.', ...more });
    await store.add([
      cover('a0@x', '[PATCH 0/2] first work', 0),
      patch('a1@x', 0, '[PATCH 1/2] x: add alpha', one, at('a0@x')),
      patch('a22@x', 0, '[PATCH 2/2] x: add omega', two, at('a0@x')),
      cover('b0@x', '[PATCH 0/3] second work', 1, at('a0@x')),
      ...['p', 'q', 'r'].map((name, n) =>
        patch(`b${name}@x`, 1, `[PATCH ${n + 1}/3] y: add ${name}`, [`${name}_is_new(${n});`], {
          ...at('b0@x'),
          sentAt: START + DAY + 100 + n,
        }),
      ),
    ]);
    expect(await store.series()).toEqual(['v1:a0@x,a1@x,a22@x', 'v1:b0@x,bp@x,bq@x,br@x']);
  });

  it.each([
    ['[PATCH1/2]', '[PATCH2/2]'],
    ['[PATCH v6,1/2]', '[PATCH v6,2/2]'],
    ['[PATCH v2-1/2]', '[PATCH v2-2/2]'],
  ])('reads the counters %s and %s as one posting', async (first, second) => {
    await store.add([
      patch('a1@x', 0, `${first} x: add alpha`, one),
      patch('a22@x', 0, `${second} x: add omega`, two, at('a1@x')),
    ]);
    const number = /(?<=v)\d/.exec(first)?.[0] ?? '1';
    expect(await store.series()).toEqual([`v${number}:a1@x,a22@x`]);
  });

  it('treats patches without a title as one posting, and never joins two such postings', async () => {
    await store.add([
      patch('a1@x', 0, '[PATCH 1/2]', one),
      patch('a22@x', 0, '[PATCH 2/2]', two, at('a1@x')),
      patch('c1@x', 9, '[PATCH v2 1/2]', ['other(work);']),
    ]);
    expect(await store.series()).toEqual(['v1:a1@x,a22@x', 'v2:c1@x']);
  });

  it('continues with a version whose number was forgotten', async () => {
    await store.add([
      patch('a1@x', 0, '[PATCH v4] x: add alpha', one),
      patch('a2@x', 20, '[PATCH] x: add alpha', [...one, 'and_more(now);']),
    ]);
    expect(await store.series()).toEqual(['v4:a1@x v1:a2@x']);
  });

  it('prefers the version with the number before to a stray posting of one patch', async () => {
    const c = (n: number) => `third_patch_line_${n}(value, ${n});`;
    const three = [c(1), c(2), c(3), c(4)];
    const version = (v: number, day: number) => [
      patch(`v${v}a@x`, day, `[PATCH v${v} 1/3] x: add alpha`, one),
      patch(`v${v}bb@x`, day, `[PATCH v${v} 2/3] x: add omega`, two, at(`v${v}a@x`)),
      patch(`v${v}ccc@x`, day, `[PATCH v${v} 3/3] x: add a third`, three, at(`v${v}a@x`)),
    ];
    await store.add([...version(3, 0), patch('s1@x', 5, '[PATCH 1/2] x: add alpha', one), ...version(4, 10)]);
    expect((await store.series())[0]).toBe('v3:v3a@x,v3bb@x,v3ccc@x v4:v4a@x,v4bb@x,v4ccc@x');
  });

  it('joins a rewritten and renamed v2 to the only v1, but to neither of two', async () => {
    const v2 = patch('n2@x', 9, '[PATCH v2] x: a wholly different way', two);
    await store.add([patch('n1@x', 3, '[PATCH] x: add alpha', one), v2]);
    expect(await store.series()).toEqual(['v1:n1@x v2:n2@x']);
    await store.add([patch('m1@x', 4, '[PATCH] x: add beta', ['beta_only(1);', 'beta_only(2);'])]);
    expect(await store.series()).toEqual(['v1:n1@x', 'v1:m1@x', 'v2:n2@x']);
  });

  it('treats v4A as a replacement of a patch in v4', async () => {
    await store.add([
      patch('p1@x', 0, '[PATCH v4 1/2] x: add alpha', one),
      patch('p22@x', 0, '[PATCH v4 2/2] x: add omega', two, at('p1@x')),
      patch('p333@x', 1, '[PATCH v4A 2/2] x: add omega', [...two, 'late();'], at('p1@x')),
    ]);
    expect(await store.series()).toEqual(['v4:p1@x,p22@x v4:p333@x']);
  });

  const again = (msgid: string, day: number, subject: string, later = 0) =>
    mailOf({ msgid, sentAt: START + day * DAY + later, subject, text: 'Letters.' });

  it.each([
    ['again', 3 * DAY],
    ['before its series', -300],
  ])('takes a cover letter that was sent alone %s for part of its version', async (_, later) => {
    await store.add([
      again('c0@x', 10, '[PATCH v3 0/2] letters'),
      patch('p1@x', 10, '[PATCH v3 1/2] x: add alpha', one, at('c0@x')),
      patch('p22@x', 10, '[PATCH v3 2/2] x: add omega', two, at('c0@x')),
      again('e0@x', 10, '[PATCH v3 0/2] Letters', later),
    ]);
    const members = later > 0 ? 'c0@x,e0@x' : 'e0@x,c0@x';
    expect(await store.series()).toEqual([`v3:${members},p1@x,p22@x`]);
  });

  it('gives patches the number of the cover letter sent with them', async () => {
    await store.add([
      patch('p1@x', 0, '[PATCH 1/2] x: add alpha', one),
      patch('p22@x', 0, '[PATCH 2/2] x: add omega', two, at('p1@x')),
      again('c0@x', 0, '[PATCH v2 0/2] letters', 500),
    ]);
    expect(await store.series()).toEqual(['v2:c0@x,p1@x,p22@x']);
  });

  /** One run of git send-email. */
  const run = (run: number, n: number) => `20300101000000.${run}-${n}-ada@example.org`;

  it.each([
    ['a cover letter that counts one patch less', ['[PATCH v5 0/1] letters', '[PATCH v5 1/2] a', '[PATCH v5 2/2] b']],
    ['a patch without the number of the other', ['[PATCH 1/2] a', '[PATCH v2 2/2] b']],
  ])('takes one run for one posting: %s', async (_, subjects) => {
    const mails = subjects.map((subject, n) =>
      subject.includes(' 0/')
        ? again(run(7, n), 0, subject, n)
        : patch(run(7, n + 1), 0, subject, n % 2 ? one : two, { ...at(run(7, 0)), sentAt: START + n }),
    );
    await store.add(mails);
    const number = /v(\d)/.exec(subjects.join())?.[1];
    expect(await store.series()).toEqual([`v${number}:${mails.map(({ msgid }) => msgid).join()}`]);
  });

  it('separates two runs sent at the same time', async () => {
    await store.add([
      patch(run(7, 2), 0, '[PATCH 2/2] y: the second of a work', ['a_second(work);'], { sentAt: START }),
      patch(run(8, 1), 0, '[PATCH 1/2] x: add alpha', one, { sentAt: START + 60 }),
      patch(run(8, 2), 0, '[PATCH 2/2] x: add omega', two, { sentAt: START + 61 }),
    ]);
    expect(await store.series()).toEqual([`v1:${run(7, 2)}`, `v1:${run(8, 1)},${run(8, 2)}`]);
  });

  it.each([
    ['follows works that a later version brings together', 3, ['v1:a1@x v1:b1@x v2:v1@x,v22@x']],
    ['leaves a work alone that was done long before', 50, ['v1:a1@x', 'v1:b1@x v2:v1@x,v22@x']],
  ])('%s', async (_, day, expected) => {
    await store.add([
      patch('a1@x', 0, '[PATCH] y: add omega', two),
      patch('b1@x', day - 1, '[PATCH] x: add alpha', one),
      patch('v1@x', day, '[PATCH v2 1/2] x: add alpha', one),
      patch('v22@x', day, '[PATCH v2 2/2] y: add omega', two, at('v1@x')),
    ]);
    expect(await store.series()).toEqual(expected);
  });

  it('treats a patch that was sent again alone as part of its version, and judges the whole', async () => {
    await store.add([
      patch('p1@x', 0, '[PATCH v5 1/2] x: add alpha', one),
      patch('p22@x', 0, '[PATCH v5 2/2] x: add omega', two, at('p1@x')),
      patch('q2@x', 1, '[PATCH v5 2/2] x: add omega', two),
      reply('r1@x', 2, 'p1@x', 'Applied, thanks.\n'),
      reply('r2@x', 3, 'q2@x', 'Applied, thanks.\n'),
    ]);
    expect(await store.series()).toEqual(['v5:p1@x,p22@x v5:q2@x']);
    expect(await store.db.get('SELECT status, revisions, patches FROM series')).toEqual({
      status: 'applied',
      revisions: 1,
      patches: 2,
    });
  });

  it('judges a patch of a version that continues alone under another title', async () => {
    await store.add([
      patch('p1@x', 0, '[PATCH v5 1/2] x: add alpha', one),
      patch('p22@x', 0, '[PATCH v5 2/2] x: add omega', two, at('p1@x')),
      reply('r1@x', 1, 'p22@x', '> ok\n\nPlease split this.\n'),
      patch('q1@x', 2, '[PATCH v4] x: add omega', two, at('p22@x')),
      patch('q2@x', 3, '[PATCH v4] x: omega for all', two, at('p22@x')),
      reply('r2@x', 4, 'q2@x', 'Applied, thanks.\n'),
    ]);
    expect(await store.series()).toEqual(['v5:p1@x,p22@x v4:q1@x v4:q2@x']);
    expect(await store.db.get('SELECT status, patches FROM series')).toEqual({ status: 'applied', patches: 1 });
  });

  it.each([
    ['a series that its single patch grew into', '[PATCH v2] Letters', '[PATCH v3 0/2] letters'],
    ['the same patch below another mail', '[PATCH v2] Letters', '[PATCH v2] letters'],
  ])('joins %s', async (_, before, after) => {
    const isCover = after.includes(' 0/');
    await store.add([
      patch('a2@x', 0, before, one),
      mailOf({ msgid: 'n0@x', sentAt: START + DAY, subject: 'a report', text: 'It fails.' }),
      isCover ? again('b0@x', 3, after) : patch('b0@x', 3, after, one, at('n0@x')),
      ...(isCover ? [patch('b1@x', 3, '[PATCH v3 1/2] y: another way', two, at('b0@x'))] : []),
    ]);
    expect(await store.series()).toHaveLength(1);
  });

  it('treats a run of format-patch as one posting', async () => {
    const id = (commit: string) => `${commit.repeat(20)}.1893456000.git.ada@example.org`;
    await store.add([
      patch(id('ab'), 0, '[PATCH 1/2] x: add alpha', one),
      patch(id('cd'), 0, '[PATCH V2 2/2] x: add omega', two, at(id('ab'))),
    ]);
    expect(await store.series()).toEqual([`v2:${id('ab')},${id('cd')}`]);
  });

  it('follows an RFC whose patches were renamed', async () => {
    await store.add([
      patch('a1@x', 0, '[RFC PATCH 1/2] x: replace the flag by a latency', one),
      patch('a22@x', 0, '[RFC PATCH 2/2] x: use the latency', two, at('a1@x')),
      patch('b1@x', 2, '[PATCH 1/2] x: replace the flag by a forced latency', ['quite(another);', 'way(to, go);']),
      patch('b22@x', 2, '[PATCH 2/2] x: use the latency', ['here(too);', 'return omega_value + 7;'], at('b1@x')),
    ]);
    expect(await store.series()).toEqual(['v1:a1@x,a22@x v1:b1@x,b22@x']);
  });

  describe('with another sender', () => {
    const from = (name: string, address: string) => ({ author: { name, address } });
    const cleo = from('Cleo Example', 'cleo@example.org');

    it('follows a work that somebody else continues with the next number', async () => {
      await store.add([
        patch('a3@x', 0, '[PATCH v3] EDAC: letters: Add an alpha driver', one),
        patch('a4@x', 60, '[PATCH v4] EDAC/letters: Add an alpha driver', [...two, one[0] as string], cleo),
      ]);
      expect(await store.series()).toEqual(['v3:a3@x v4:a4@x']);
    });

    it.each([
      ['a second try', '[PATCH v2] EDAC/letters: Add an alpha driver'],
      ['another title', '[PATCH v4] EDAC/letters: Give omega a number'],
    ])('takes %s for a separate work', async (_, subject) => {
      await store.add([
        patch(
          'a3@x',
          0,
          subject.includes('v2') ? '[PATCH] EDAC: letters: Add an alpha driver' : '[PATCH v3] x: b',
          one,
        ),
        patch('a4@x', 60, subject, [...two, one[0] as string], cleo),
      ]);
      expect(await store.series()).toHaveLength(2);
    });

    it('recognises the author by address if the name is spelled differently', async () => {
      await store.add([
        patch('a1@x', 0, '[PATCH] x: add alpha', one, from('', 'dora@example.org')),
        patch('a2@x', 1, '[PATCH] x: add alpha', one, from('Dora E.', 'dora@example.org')),
        patch('b1@x', 2, '[PATCH] x: add alpha', one, from('Emil Example via letters', 'letters@lists.example.org')),
        patch('c1@x', 3, '[PATCH] x: add alpha', one, from('Fay Example via letters', 'letters@lists.example.org')),
      ]);
      expect(await store.series()).toEqual(['v1:a1@x v1:a2@x', 'v1:b1@x', 'v1:c1@x']);
    });
  });

  it('gives the same series for any batches of mails', async () => {
    const mails = [
      patch('a1@x', 0, '[PATCH] x: add alpha', one),
      patch('b1@x', 1, '[PATCH] y: add omega', two),
      patch('a2@x', 5, '[PATCH v2] x: add alpha', [...one, 'and_more(now);']),
      patch('b2@x', 6, '[PATCH v2] y: add omega', two),
    ];
    for (const n of [3, 0, 2, 1]) await store.add([mails[n] as (typeof mails)[0]]);
    expect(await store.series()).toEqual(['v1:a1@x v2:a2@x', 'v1:b1@x v2:b2@x']);
  });
});

describe('outcomes', () => {
  const outcomes = () =>
    store.db.all(
      'SELECT m.msgid, o.kind, o.how FROM outcome o JOIN message m ON m.id = o.patch_id ORDER BY m.id, o.kind',
    );
  const status = async () =>
    (await store.db.all<{ status: string }>('SELECT status FROM series')).map((row) => row.status);

  it('accepts "Applied, thanks" for the patch or the series', async () => {
    const cover = mailOf({ msgid: 'c0@x', sentAt: START, subject: '[PATCH 0/1] letters', text: 'Letters.' });
    await store.add([cover, patch('p1@x', 0, '[PATCH 1/1] x: add alpha', one, { references: ['c0@x'] })]);
    expect(await status()).toEqual(['posted']);
    await store.add([reply('r1@x', 1, 'c0@x', 'On Monday, Ada wrote:\n> Letters.\n\nApplied to for-next, thanks.\n')]);
    expect(await status()).toEqual(['applied']);
    expect(await outcomes()).toHaveLength(2);
  });

  it.each([
    'Can this be applied?',
    'I applied your patch and it does not build.',
    'With this applied it works.',
    'I will queue it later.',
  ])('makes nothing of "%s"', async (words) => {
    await store.add([patch('p1@x', 0, '[PATCH] x: add alpha', one), reply('r1@x', 1, 'p1@x', `${words}\n`)]);
    expect(await outcomes()).toEqual([]);
  });

  it('treats a reply below the cover letter as a reply to the patch in its subject', async () => {
    const below = (msgid: string, subject: string) => ({
      ...reply(msgid, 1, 'c0@x', 'Applied, thanks.\n'),
      sentAt: START + 86400 + msgid.length,
      subject,
    });
    await store.add([
      mailOf({ msgid: 'c0@x', sentAt: START, subject: '[PATCH 0/2] letters', text: 'Letters.' }),
      patch('p1@x', 0, '[PATCH 1/2] x: add alpha', one, { references: ['c0@x'] }),
      patch('p22@x', 0, '[PATCH 2/2] x: add omega', two, { references: ['c0@x'] }),
      below('r1@x', 'RE: [PATCH 2/2] x: add omega'),
    ]);
    expect(await outcomes()).toMatchObject([{ msgid: 'p22@x', how: 'reply' }]);
    await store.add([below('r22@x', 'Re: [PATCH 0/2] letters')]);
    expect(await status()).toEqual(['applied']);
  });

  it('counts a review of every patch', async () => {
    await store.add([
      patch('p1@x', 0, '[PATCH] x: add alpha', one),
      reply('r1@x', 1, 'p1@x', 'Reviewed-by: Bea Example <bea@example.org>\n'),
    ]);
    expect(await status()).toEqual(['reviewed']);
  });

  describe('for a copy with another title', () => {
    const origin = patch('p1@x', 0, '[PATCH] x: add alpha', one);
    const copyOf = (lines: string[]) => {
      const copy = patch('s1@x', 9, '[PATCH] x: Add a letter', lines);
      return { ...copy, text: `commit ${'ab'.repeat(20)} upstream.\n\n${copy.text}` };
    };

    it('are found, whatever comes later with its title', async () => {
      await store.add([origin, copyOf(one)]);
      const found = [{ msgid: 'p1@x', how: 'patch id' }];
      expect(await outcomes()).toMatchObject(found);
      await store.add([patch('q1@x', 1500, '[PATCH] x: Add a letter', two)]);
      expect(await outcomes()).toMatchObject(found);
    });

    it.each([
      ['patch id', one],
      ['title and change', [...one, 'and_more(now);']],
    ])('are found, though what it was made of comes later (%s)', async (how, lines) => {
      await store.add([copyOf(lines)]);
      expect(await outcomes()).toEqual([]);
      await store.add([origin]);
      expect(await outcomes()).toMatchObject([{ msgid: 'p1@x', how }]);
    });
  });

  it('finds the patch of a tip mail with an unknown Link by its changes', async () => {
    const tip = patch('t1@x', 9, '[tip: x/core] x: Add alpha', one, {
      author: { name: 'tip-bot2 for Ada Example', address: 'tip-bot2@linutronix.de' },
    });
    await store.add([
      patch('p1@x', 0, '[PATCH] x: add alpha', one),
      { ...tip, text: `Commit-ID:     ${'ab'.repeat(20)}\n${tip.text}` },
    ]);
    expect(await outcomes()).toMatchObject([{ msgid: 'p1@x', kind: 1, how: 'patch id' }]);
    expect(await status()).toEqual(['applied']);
  });
});
