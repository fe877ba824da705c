import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PatchDatabase } from '../../tests/patchdb.ts';
import { parseMail } from '../parse';
import { type PatchFacts, patchFacts } from './facts';

/** A complete raw mail, for forms that other patch trackers had problems with. */
function wire(id: string, subject: string, body: string, more: string[] = []): string {
  const second = String(id.charCodeAt(id.length - 1) % 60).padStart(2, '0');
  return `${[
    'From: Ada Example <ada@example.org>',
    'To: list@lists.example.org',
    `Subject: ${subject}`,
    `Message-ID: <${id}@example.org>`,
    `Date: Wed, 4 Mar 2020 09:00:${second} +0000`,
    ...more,
  ].join('\n')}\n\n${body}`;
}

const parse = (raw: string) => parseMail(Buffer.from(raw), { receivedAt: null });
const factsOf = async (raw: string): Promise<PatchFacts> => patchFacts(await parse(raw));

const LETTER = 'Say it better.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n';
const END = '-- \n2.40.1\n';
const hunk = (path: string, line = 'bring(better, words);') =>
  `diff --git a/${path} b/${path}\nindex 2222222..3333333 100644\n--- a/${path}\n+++ b/${path}\n@@ -4,3 +4,3 @@ here\n before\n-old words\n+${line}\n after\n`;
const patch = (path: string, line?: string) => `${LETTER}${hunk(path, line)}${END}`;
const below = (...ids: string[]) => [
  `In-Reply-To: <${ids.at(-1)}@example.org>`,
  `References: ${ids.map((id) => `<${id}@example.org>`).join(' ')}`,
];

describe('files of a patch', () => {
  it.each([
    ['a changed mode', 'diff --git a/tool.sh b/tool.sh\nold mode 100644\nnew mode 100755\n', ['tool.sh']],
    ['a rename', 'diff --git a/was.c b/is.c\nsimilarity index 100%\nrename from was.c\nrename to is.c\n', ['is.c']],
    [
      'a rename with a changed mode',
      'diff --git a/was.sh b/is.sh\nold mode 100644\nnew mode 100755\nsimilarity index 100%\nrename from was.sh\nrename to is.sh\n',
      ['is.sh'],
    ],
    [
      'an empty file',
      'diff --git a/empty.h b/empty.h\nnew file mode 100644\nindex 000000000000..e69de29bb2d1\n',
      ['empty.h'],
    ],
    [
      'a binary patch',
      'diff --git a/mark.bin b/mark.bin\nnew file mode 100644\nindex 0000000..b8f1b9a\nGIT binary patch\nliteral 6\nNcmWFv@@8OU00062067\n\nliteral 0\nHcmV?d00001\n\n',
      ['mark.bin'],
    ],
    [
      'binary files that differ',
      'diff --git a/mark.png b/mark.png\nindex 1111111..2222222 100644\nBinary files a/mark.png and b/mark.png differ\n',
      ['mark.png'],
    ],
    ['a name with a space', hunk('two words/of one.c').replace(/^([-+]{3} .*)$/gm, '$1\t'), ['two words/of one.c']],
    [
      'a quoted name',
      'diff --git "a/k\\303\\266r/an \\"x\\".c" "b/k\\303\\266r/an \\"x\\".c"\nindex 1..2 100644\n--- "a/k\\303\\266r/an \\"x\\".c"\n+++ "b/k\\303\\266r/an \\"x\\".c"\n@@ -1,1 +1,1 @@\n-one\n+two\n',
      ['kör/an "x".c'],
    ],
  ])('%s', async (_, diff, files) => {
    const { patch: found } = await factsOf(wire('f', '[PATCH] words: better', `${LETTER}${diff}${END}`));
    expect(found?.files.toSorted()).toEqual(files);
    expect(found?.patchId).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('the same change, sent in different ways', () => {
  const plain = wire('p', '[PATCH] words: better', patch('words.c'));
  const typed = (body: string, ...headers: string[]) =>
    wire('q', '[PATCH] words: better', body, ['MIME-Version: 1.0', ...headers]);
  const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');

  it.each([
    [
      'with CRLF, as base64',
      typed(
        base64(patch('words.c').replaceAll('\n', '\r\n')),
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
      ),
    ],
    [
      'flowed and stuffed with spaces',
      typed(patch('words.c').replace(/^ /gm, '  '), 'Content-Type: text/plain; charset=utf-8; format=flowed'),
    ],
  ])('%s', async (_, raw) => {
    const [as, other] = [await factsOf(plain), await factsOf(raw)];
    expect(other.patch?.patchId).toBe(as.patch?.patchId);
    expect(other.trailers.map(({ key, address }) => [key, address])).toEqual([['Signed-off-by', 'ada@example.org']]);
    expect((await parse(raw)).text).toContain('\n before\n-old words\n');
  });

  it('attached', async () => {
    const file = `From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\nFrom: Ada Example <ada@example.org>\nSubject: [PATCH] words: better\n\n${patch('words.c')}`;
    const body = `--XX\nContent-Type: text/plain\n\nHere it is.\n\n--XX\nContent-Type: text/x-patch; name="0001-words.patch"\nContent-Disposition: attachment; filename="0001-words.patch"\nContent-Transfer-Encoding: base64\n\n${base64(file)}\n--XX--\n`;
    const found = await factsOf(typed(body, 'Content-Type: multipart/mixed; boundary="XX"'));
    expect(found.patch?.patchId).toBe((await factsOf(plain)).patch?.patchId);
    expect(found.patch?.files).toEqual(['words.c']);
  });
});

describe('what is not', () => {
  const answer = (text: string) => factsOf(wire('r', 'Re: [PATCH] words: better', text, below('p')));

  it('a trailer: a sentence that begins like one', async () => {
    const { trailers } = await answer(
      '> Say it better.\n\nAcked-by once the docs follow. Thanks.\nTested-by: nobody yet, please try it on older boards before it goes in.\nAcked-by/Tested-by: lines would help here.\nTested-by mark.\n',
    );
    expect(trailers).toEqual([]);
  });

  it('a patch: an indented diff in an answer', async () => {
    const { patch: found } = await answer(
      `> Say it better.\n\nWhy not:\n\n${hunk('words.c').replace(/^/gm, '    ')}\nAda\n`,
    );
    expect(found).toBeNull();
  });
});

describe('postings', () => {
  let store: PatchDatabase;
  beforeEach(async () => {
    store = await PatchDatabase.create();
  });
  afterEach(async () => store.close());

  async function series(...raws: string[]): Promise<string[]> {
    await store.add(await Promise.all(raws.map(parse)));
    return (await store.series()).map((line) => line.replaceAll('@example.org', ''));
  }

  it('a series in reply to another one without a cover letter is separate', async () => {
    expect(
      await series(
        wire('a', '[PATCH 1/2] words: first', patch('one.c', 'first(word, 1);')),
        wire('b', '[PATCH 2/2] words: second', patch('two.c', 'second_of(words);'), below('a')),
        wire('c', '[PATCH 1/3] songs: low', patch('low.c', 'sing(LOW);'), below('a')),
        wire('d', '[PATCH 2/3] songs: middle', patch('mid.c', 'hum = middle_voice(c);'), below('a', 'c')),
        wire('e', '[PATCH 3/3] songs: high', patch('high.c', 'return shout(high);'), below('a', 'c')),
      ),
    ).toEqual(['v1:a,b', 'v1:c,d,e']);
  });

  it('a series in reply to the cover letter of another one is separate', async () => {
    expect(
      await series(
        wire('a', '[PATCH 0/1] words', 'They get better.\n'),
        wire('b', '[PATCH 1/1] words: first', patch('one.c', 'first(word, 1);'), below('a')),
        wire('c', '[PATCH 0/2] songs', 'They need the words.\n', below('a')),
        wire('d', '[PATCH 1/2] songs: low', patch('low.c', 'sing(LOW);'), below('c')),
        wire('e', '[PATCH 2/2] songs: high', patch('high.c', 'return shout(high);'), below('c')),
      ),
    ).toEqual(['v1:a,b', 'v1:c,d,e']);
  });

  it.each([
    ['counters glued to the word', '[PATCH1/2] words: first', '[PATCH2/2] words: second', 'v1:a,b'],
    ['a comma between version and counter', '[PATCH v6,1/2] words: first', '[PATCH v6,2/2] words: second', 'v6:a,b'],
    ['no title', '[PATCH 1/2]', '[PATCH 2/2] ', 'v1:a,b'],
    ['a title that begins like a mark of replies', '[PATCH v2 1/2] rv: First', '[PATCH v2 2/2] fw: Second', 'v2:a,b'],
  ])('subjects with %s', async (_, one, two, right) => {
    expect(
      await series(
        wire('a', one, patch('one.c', 'first(word, 1);')),
        wire('b', two, patch('two.c', 'second_of(words);'), below('a')),
      ),
    ).toEqual([right]);
  });

  it('a version that only the cover letter names applies to all patches', async () => {
    expect(
      await series(
        wire('a', '[PATCH net-next v3 0/2] words: better (v3)', 'All of them.\n'),
        wire('b', '[PATCH net-next 1/2] words: first', patch('one.c', 'first(word, 1);'), below('a')),
        wire('c', '[PATCH net-next 2/2] words: second', patch('two.c', 'second_of(words);'), below('a')),
      ),
    ).toEqual(['v3:a,b,c']);
  });

  it('patches without threading are one series', async () => {
    expect(
      await series(
        ...['a', 'b', 'c'].map((id, n) =>
          wire(id, `[PATCH ${n + 1}/3] words: part ${id}`, patch(`${id}.c`, `${id}(${n});`)),
        ),
      ),
    ).toEqual(['v1:a,b,c']);
  });

  it('a version with two patches follows the single patch that it grew from, and an answer with the diff does not belong to it', async () => {
    const again = wire(
      'd',
      'Re: [PATCH] rv: words',
      `Fine. All of it again:\n\n---\n${hunk('rv.c')}${END}`,
      below('a'),
    ).replace('Ada Example <ada@', 'Bea Example <bea@');
    expect(
      await series(
        wire('a', '[PATCH] rv: words', patch('rv.c')),
        wire('b', '[PATCH v2 1/2] rv: words', patch('rv.c'), below('a')),
        wire('c', '[PATCH v2 2/2] rv: more words', patch('rw.c', 'more();'), below('a', 'b')),
        again,
      ),
    ).toEqual(['v1:a v2:b,c']);
  });

  it('a series of renames, modes and binary files is complete', async () => {
    const diffs = [
      'diff --git a/tool.sh b/tool.sh\nold mode 100644\nnew mode 100755\n',
      'diff --git a/was.c b/is.c\nsimilarity index 100%\nrename from was.c\nrename to is.c\n',
      'diff --git a/mark.png b/mark.png\nindex 1111111..2222222 100644\nBinary files a/mark.png and b/mark.png differ\n',
    ];
    expect(
      await series(
        ...diffs.map((diff, n) =>
          wire('abc'[n] as string, `[PATCH ${n + 1}/3] files: ${n}`, `${LETTER}${diff}${END}`, n ? below('a') : []),
        ),
      ),
    ).toEqual(['v1:a,b,c']);
  });
});
