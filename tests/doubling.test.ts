import { describe, expect, it } from 'vitest';
import { linkSeries } from '#ingest/patch/link';
import { joinPeople } from '#ingest/people/join';
import { resolveQuotes } from '#ingest/quote/resolve';
import { arrange } from '#ingest/thread/arrange';
import { joinThreads, takeApart } from '#ingest/thread/join';
import { parseAddresses } from '#mail/address';
import { readBody } from '#mail/body';
import { allHeaders, scanHeaders, WantedHeaders } from '#mail/header';
import { sanitizeMail } from '#mail/html';
import { referencesOf } from '#mail/msgid';
import { withoutDeepElements } from '#mail/nesting';
import { readParts } from '#mail/parts';
import { renderBody } from '#mail/render';
import { applyHunks, blobDiffs } from '#patch/blob';
import { diffFiles } from '#patch/diff';
import { PATCH_KIND, type PatchFact } from '#patch/kinds';
import { combinedDiff, rangeDiff } from '#patch/rangediff';
import { parseQuery } from '#query/parse';
import { align, readQuotation } from '#quote/align';
import { articleText, quotationsOf } from '#quote/article';
import { changeOf, editsOf } from '#quote/edits';
import { steep } from './doubling';

const words = (count: number, seed = 1) => Array.from({ length: count }, (_, n) => `w${(n * 7919 * seed) % 9973}`);
const lines = (count: number, seed = 1) => Array.from({ length: count }, (_, n) => `line ${(n * seed) % 99_991} of it`);

const patchText = (path: string, added: string[]) =>
  `Why.\n---\ndiff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,1 +1,${added.length + 1} @@\n one\n${added.map((line) => `+${line}\n`).join('')}`;

const version = (count: number, title: (n: number) => string, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => ({ id: n, position: n + 1, title: title(n), text: text(n) }));

const fact = (id: number, more: Partial<PatchFact>): PatchFact => ({
  id,
  msgid: `m${id}@example.org`,
  sentAt: 1_600_000_000 + id,
  thread: id,
  refs: [],
  authorKey: 1,
  addressKey: 1,
  kind: PATCH_KIND.patch,
  revision: 1,
  revisionPart: '',
  position: 1,
  total: 1,
  marks: 0,
  stable: null,
  title: `x: change ${id}`,
  titleKey: 1000 + id,
  patchId: null,
  print: [id, id + 1, id + 2],
  files: [1],
  changeId: null,
  earlier: [],
  ...more,
});
const facts = (count: number, of: (n: number) => Partial<PatchFact>) =>
  Array.from({ length: count }, (_, n) => fact(n + 1, of(n)));

const member = (n: number, references: string[]) => ({
  id: n + 1,
  msgid: `m${n}@example.org`,
  references,
  imposter: false,
});
const chain = (count: number) => Array.from({ length: count }, (_, n) => member(n, n ? [`m${n - 1}@example.org`] : []));
const star = (count: number) => Array.from({ length: count }, (_, n) => member(n, n ? ['m0@example.org'] : []));
/** Mails that each name a missing mail, and the next one. */
const ghosts = (count: number) =>
  Array.from({ length: count }, (_, n) => member(n, [`g${n + 1}@example.org`, `g${n}@example.org`]));

const wanted = new WantedHeaders(new Set(['subject', 'x-long']));
const NOTHING = { signed: [], shared: [], joined: [], apart: [], lists: new Set<string>() };

type Work = (size: number) => () => unknown;

/** By pairs: comparing things with each other may take quadratic time. */
const PAIRS: Record<string, Work> = {
  'range diff: patches of equal titles': (n) => {
    const one = version(
      n,
      () => 'x: same',
      (k) => patchText('x.c', lines(4, k + 1)),
    );
    return () => rangeDiff(one, one);
  },
  'range diff: patches of other titles': (n) => {
    const of = (what: string) =>
      version(
        n,
        (k) => `${what} ${k}`,
        (k) => patchText('x.c', words(4, k + 1)),
      );
    const [one, other] = [of('old'), of('new')];
    return () => rangeDiff(one, other);
  },
  'range diff: lines that all differ': (n) => {
    const [one, other] = [1, 2].map((seed) =>
      version(
        1,
        () => 'x',
        () => patchText('x.c', lines(n, seed * 31)),
      ),
    );
    return () => rangeDiff(one ?? [], other ?? []);
  },
  'range diff: one line over and over': (n) => {
    const of = (line: string) =>
      version(
        1,
        () => 'x',
        () => patchText('x.c', new Array(n).fill(line)),
      );
    const [one, other] = [of('a'), of('b')];
    return () => rangeDiff(one, other);
  },
  'combined diff': (n) => {
    const of = (seed: number) =>
      version(
        n,
        (k) => `${k}`,
        (k) => patchText(`f${k % 7}.c`, lines(4, seed + k)),
      );
    const [one, other] = [of(3), of(5)];
    return () => combinedDiff(one, other);
  },
  'blobs: hunks of one file': (n) => {
    const file = `${lines(4 * n).join('\n')}\n`;
    const hunks = Array.from({ length: n }, (_, k) => `@@ -${4 * k + 1},1 +${5 * k + 1},2 @@\n x\n+y\n`).join('');
    const text = `diff --git a/x b/x\nindex 1111111..2222222\n--- a/x\n+++ b/x\n${hunks}`;
    return () => {
      for (const diff of blobDiffs(text)) applyHunks(file, diff.hunks);
    };
  },
  'blobs: diffs that are not whole': (n) => {
    const text = 'diff --git a/x b/x\nindex 1111111..2222222\n--- a/x\n+++ b/x\n@@ -1,99999 +1,99999 @@\n x\n'.repeat(
      n,
    );
    return () => [...blobDiffs(text)];
  },
  'files of a diff': (n) => {
    const text = Array.from({ length: n }, (_, k) => patchText(`f${k}.c`, ['x'])).join('');
    return () => diffFiles(readBody(text));
  },
  'patches of one author and file': (n) => {
    const all = facts(n, () => ({}));
    return () => linkSeries(all);
  },
  'patches of one title': (n) => {
    const all = facts(n, (k) => ({ titleKey: 7, title: 'x: same', authorKey: k, addressKey: k }));
    return () => linkSeries(all);
  },
  'versions of one patch': (n) => {
    const all = facts(n, (k) => ({ titleKey: 7, title: 'x: same', revision: k + 1, print: [1, 2, 3] }));
    return () => linkSeries(all);
  },
  'answers with patches to one mail': (n) => {
    const all = facts(n, () => ({ refs: ['m1@example.org'], total: 99, position: 1 }));
    return () => linkSeries(all);
  },
  'cover letters that stand alone': (n) => {
    const all = facts(n, (k) => ({ kind: PATCH_KIND.cover, position: k % 2, total: 9, titleKey: k }));
    return () => linkSeries(all);
  },
  'the patches of one set and of the next': (n) => {
    const all = facts(2 * n, (k) => ({
      refs: [k < n ? 'a@example.org' : 'b@example.org'],
      position: (k % n) + 1,
      total: n,
      revision: k < n ? 1 : 2,
      print: [1, 2, k % n],
    }));
    return () => linkSeries(all);
  },
  'quotations: a chain of answers': (n) => {
    const texts = Array.from({ length: n }, (_, k) => ({
      parent: k ? k - 1 : null,
      text: `> what mail ${k - 1} has said\n\nwhat mail ${k} has said\n`,
    }));
    return () => resolveQuotes(texts);
  },
  'quotations: everybody quotes one line': (n) => {
    const texts = Array.from({ length: n }, (_, k) => ({
      parent: k ? 0 : null,
      text: `${k ? '> ' : ''}the same words in each of the mails\n\nmine are ${k}\n`,
    }));
    return () => resolveQuotes(texts);
  },
  'quotations: one line over and over': (n) => {
    const line = 'the same words again and again\n';
    const texts = [
      { parent: null, text: line.repeat(n) },
      { parent: 0, text: `> ${line}`.repeat(n) },
    ];
    return () => resolveQuotes(texts);
  },
  'a quotation in a text': (n) => {
    const [text, quotation] = [words(n).join(' '), readQuotation(words(n, 3).join(' '))];
    return () => align(quotation, text);
  },
  'a quotation of one word over and over': (n) => {
    const [text, quotation] = ['tale '.repeat(n), readQuotation('tale '.repeat(n))];
    return () => align(quotation, text);
  },
  'a quotation with much left out': (n) => {
    const [text, quotation] = [words(n).join(' '), readQuotation(words(n).join(' ... '))];
    return () => align(quotation, text);
  },
  'the edits of a quotation': (n) => {
    const [source, quotation] = [words(n).join(' '), `${words(1).join()} ${words(n >> 3, 5).join(' ')}`];
    return () => [editsOf(source, quotation), changeOf(source, quotation)];
  },
  'quotations of an article': (n) => {
    const article = 'He said "it is not so" and "nor is this\n'.repeat(n);
    return () => quotationsOf(article);
  },
  ...Object.fromEntries(
    Object.entries({ 'a chain': chain, 'one parent': star, 'missing parents': ghosts }).flatMap(([shape, of]) =>
      Object.entries<Work>({
        [`threads, joined: ${shape}`]: (n) => {
          const all = of(n);
          return () => joinThreads(all, new Map());
        },
        [`threads, joined from their ends: ${shape}`]: (n) => {
          const all = of(n).reverse();
          return () => joinThreads(all, new Map());
        },
        [`threads, split: ${shape}`]: (n) => {
          const all = of(n);
          return () => takeApart(all);
        },
        [`threads, arranged: ${shape}`]: (n) => {
          const all = of(n);
          const missing = [...new Set(all.flatMap(({ references }) => references))].filter((id) => id.startsWith('g'));
          return () => arrange(all, missing);
        },
      }),
    ),
  ),
  'persons of one name': (n) => {
    const all = Array.from({ length: n }, (_, k) => ({
      id: k + 1,
      name: 'Zoe Quillfeather',
      address: `zoe@${k}.example`,
      messages: 9,
      first: 0,
      last: 30 * 86_400,
    }));
    return () => joinPeople(all, NOTHING);
  },
};

/** By depth and by folding. */
const DEPTHS: Record<string, Work> = {
  'HTML: elements in elements': (n) => {
    const html = `${'<div>'.repeat(n)}x${'</div>'.repeat(n)}`;
    return () => sanitizeMail(html, [], () => '/');
  },
  'HTML: tables in tables': (n) => {
    const html = '<table><tr><td>'.repeat(n);
    return () => sanitizeMail(html, [], () => '/');
  },
  'articles: tables in tables': (n) => {
    const article = `<p>${'<table><tr><td>a'.repeat(n)}`;
    return () => articleText(article);
  },
  'HTML: elements that end what never began': (n) => {
    const html = '<b><p></i></div>'.repeat(n);
    return () => withoutDeepElements(html);
  },
  'headers: one that is folded': (n) => {
    const head = Buffer.from(`Subject: x\nX-Long: a${'\n b'.repeat(n)}\n\n`);
    return () => [scanHeaders(head, wanted), allHeaders(head)];
  },
  'headers: many': (n) => {
    const head = Buffer.from(`${'X-Long: a\n b\n'.repeat(n)}\n`);
    return () => [scanHeaders(head, wanted), allHeaders(head)];
  },
  'addresses: groups and comments': (n) => {
    const value = 'a: "b" (c (d)) <e@example.org>, ;'.repeat(n);
    return () => parseAddresses(value);
  },
  references: (n) => {
    const value = Array.from({ length: n }, (_, k) => `<r${k}@example.org>`).join('\n ');
    return () => referencesOf([value], [value], 'own@example.org', () => new Set());
  },
  'MIME: parts in parts': (n) => {
    let mail = 'x\n';
    for (let k = 0; k < n; k++)
      mail = `Content-Type: multipart/mixed; boundary=b${k}\n\n--b${k}\n${k < 60 ? mail : 'x\n'}\n--b${k}--\n`;
    const bytes = Buffer.from(mail.repeat(Math.ceil(n / 60)));
    return () => readParts(bytes);
  },
  'MIME: parts side by side': (n) => {
    const bytes = Buffer.from(
      `Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: text/plain\n\nx\n'.repeat(n)}--b--\n`,
    );
    return () => readParts(bytes);
  },
  'bodies: quotations in quotations': (n) => {
    const text = Array.from({ length: n }, (_, k) => `${'>'.repeat(k % 50)} said\n`).join('');
    return () => [readBody(text), renderBody(text, { msgid: (id) => `/r/${id}/` })];
  },
  'queries: parentheses': (n) => {
    const query = `${'('.repeat(n)}a${')'.repeat(n)}`;
    return () => {
      try {
        parseQuery(query, 1_600_000_000);
      } catch {
        // Rejected, as it should be.
      }
    };
  },
};

/** If a limit bounds the comparisons, sizes begin at that limit; below it, quadratic time is intended. */
const LIMITED: Record<string, number> = {
  'range diff: lines that all differ': 2048,
  'range diff: one line over and over': 2048,
  'combined diff': 1024,
  'a quotation in a text': 2048,
  'a quotation of one word over and over': 2048,
  'a quotation with much left out': 8192,
  'persons of one name': 1024,
  'the edits of a quotation': 8192,
  'cover letters that stand alone': 512,
  'quotations: a chain of answers': 512,
};

/** Counted, never timed (tests/doubling.ts). */
describe('twice as many cost about twice as much', () => {
  it.each(Object.entries({ ...PAIRS, ...DEPTHS }))('%s', (kind, work) => {
    expect(steep(work, LIMITED[kind] ?? 256)).toEqual([]);
  });
});
