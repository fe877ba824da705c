import { describe, expect, it } from 'vitest';
import { align, readQuotation } from './align';
import { articleText, quotationsOf } from './article';
import { changeOf, editsOf } from './edits';

const texts = (article: string) => quotationsOf(articleText(article)).map(({ text }) => text);

describe('quotations of an article', () => {
  it.each([
    ['straight', 'Ann wrote, "the kernel is broken," and left.', ['the kernel is broken,']],
    ['curly', 'Ann wrote, “the kernel is broken”, and left.', ['the kernel is broken']],
    ['German', 'Ann schrieb: „the kernel is broken“ und ging.', ['the kernel is broken']],
    ['split by who speaks', '"It works," she said, "but only here."', ['It works,', 'but only here.']],
    ['nested', "“He called it 'a second kernel' twice,” said Bo.", ["He called it 'a second kernel' twice,"]],
    ['with apostrophes', '"I don\'t think it\'s done," he said', ["I don't think it's done,"]],
    ['single curly marks', 'It is ‘a harder approach’, don’t you see?', ['a harder approach']],
    ['inches', 'A 13" disk and a 5" one.', []],
    ['a word alone', 'It is "done" now.', []],
    ['over paragraphs', '"The first paragraph.\n\n"The second one."\n', ['The first paragraph.\n\nThe second one.']],
    ['wrapped', 'She said "this goes\non in the next line" here.', ['this goes\non in the next line']],
    ['a block', 'She said:\n\n> It is broken.\n> All of it.\n\nAnd left.', ['It is broken.\nAll of it.']],
    ['a block with its author', '> It is broken.\n> — Ann Example\n', ['It is broken.']],
    ['a block with marks', '> "It is broken."\n', ['It is broken.']],
    [
      'HTML',
      '<p>She said <q>it is broken</q> and</p><blockquote><p>All of it &amp; more</p></blockquote>',
      ['it is broken', 'All of it & more'],
    ],
    ['links of Markdown', '"see [the patch](http://example.org/) there"', ['see the patch there']],
  ])('%s', (_, article, expected) => expect(texts(article)).toEqual(expected));

  it('accept any input', () => {
    expect(texts('"'.repeat(10_001)).length).toBe(0);
    expect(texts('“'.repeat(5000)).length).toBe(0);
    expect(texts(`<div>${'<blockquote>'.repeat(3000)}`)).toEqual([]);
  });
});

describe('a quotation and its source', () => {
  const source =
    'On this path the philosophy is that the kernel is broken,\nand as little as possible should be relied upon.\n';
  const status = (text: string) => align(readQuotation(text), source)?.status ?? null;

  it.each([
    ['the philosophy is that the kernel is broken, and as little as possible', 'verbatim'],
    ['The philosophy is that the kernel is broken, and as little as possible', 'verbatim'],
    ['the philosophy is that the kernel [itself] is broken, and as little as possible', 'edited'],
    ['On this path … as little as possible should be relied upon', 'edited'],
    ['the philosophy is that the kernel is fine, and as much as possible should be used', 'near'],
    ['something else altogether', null],
  ])('%s', (text, expected) => expect(status(text)).toBe(expected));

  it('differ in the edits', () => {
    expect(editsOf('the kernel is broken', 'the kernel [of his] is broken')).toEqual([
      { kind: 'same', text: 'the kernel ' },
      { kind: 'put in', text: '[of his] ' },
      { kind: 'same', text: 'is broken' },
    ]);
  });

  it.each([
    [
      'jumping from kexeced kernel to original',
      'jumping from a kexeced kernel to the original',
      'changed: “a” put in; “the” put in',
    ],
    ['the kernel is quite broken, I say', 'The kernel is broken', 'changed: “quite” left out; “I say” left out'],
    ['the kernel is\nbroken', 'the kernel was [truly] broken.', 'changed: “was [truly]” for “is”'],
    [
      'one two three four five six seven eight',
      'a two b four c six d eight',
      'changed: “a” for “one”; “b” for “three”; “c” for “five”; 1 more place',
    ],
    ['the kernel, is broken', 'the KERNEL is broken', 'changed: punctuation or case'],
  ])('says in a line what was changed: %s', (source, quotation, line) =>
    expect(changeOf(source, quotation)).toBe(line),
  );
});
