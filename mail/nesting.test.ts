import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { parseMail } from '#ingest/parse/index';
import { sanitizeMail } from './html';
import { MAX_ELEMENTS_DEEP, withoutDeepElements } from './nesting';

/** The largest depth of htmlparser2's stack of open elements, including implied tags. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  const parser = new Parser({
    onopentag: () => {
      deepest = Math.max(deepest, ++depth);
    },
    onclosetag: () => depth--,
  });
  parser.end(html);
  return deepest;
}

const deep = (piece: string, bytes: number) => piece.repeat(Math.ceil(bytes / piece.length));

/** Pieces that nest, or try to hide that they do. */
const NESTED = [
  '<div>',
  '<table><tr><td>',
  '<b><i>',
  '<blockquote><p>x',
  '<ul><li>',
  '<div><i title="</div>">',
  "<div a='</div>'>",
  '<div><!-- </div> -->',
  '<div><script></div></script>',
  '<div><style></div></style>',
  '<svg><title><g></title>',
  '<svg><path/>',
  '<iframe>',
  '<noembed><plaintext2>',
  '<xmp></xmp><div>',
  '<<x>div>',
  '<div</div>>',
  '<div/>',
  '<DIV></dIv2>',
  '<div><![CDATA[</div>]]>',
  '<div><?x </div>?>',
  '<p><table>',
  '<select><option>',
  '<dl><dt>',
  '<div></p>',
  '<a href=x"</a>>',
  '<constructor><__proto__>',
];

describe('elements that are too deep', () => {
  it.each(NESTED)('of %j are left out, and nothing gets deeper', (piece) => {
    const cut = withoutDeepElements(deep(piece, 60_000));
    expect(depthOf(cut)).toBeLessThanOrEqual(MAX_ELEMENTS_DEEP + 5);
    expect(depthOf(withoutDeepElements(deep(piece, 60_000), 20))).toBeLessThanOrEqual(25);
  });

  it('leave their words and everything after them unchanged', () => {
    const text = `<p>a</p>${'<div>'.repeat(300)}deep<script>no()</script>${'</div>'.repeat(300)}<p>b <i>c</i></p>`;
    const cut = withoutDeepElements(text);
    expect(cut).toMatch(/deep/);
    expect(cut).toMatch(/<script>no\(\)<\/script>/);
    expect(cut.endsWith('</div><p>b <i>c</i></p>')).toBe(true);
  });

  it('do not occur in normal mail: unclosed paragraphs, items and cells do not nest', () => {
    for (const piece of [
      '<p>x',
      '<li>x',
      '<tr><td>x<td>y',
      '<br>x',
      '<img src=x>',
      '<b>x</b>',
      '<option>x',
      '<dt>x<dd>y',
    ]) {
      const text = `<table><ul>${piece.repeat(1000)}`;
      expect(withoutDeepElements(text)).toBe(text);
    }
  });
});

const mailOf = (html: string, head = 'Content-Type: text/html') =>
  Buffer.from(`From: a@example.org\nMessage-ID: <a@example.org>\nSubject: x\n${head}\n\n${html}`);

/** The processor time of a run in ms; the least of three. */
async function cost(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3; n++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

describe('nesting costs no more than length', () => {
  it.each(['<div>', '<table><tr><td>', '<b><i>', '<ul><li>', '<blockquote><p>', '<iframe>'])(
    '%s: neither in ingest nor on the page',
    async (piece) => {
      const works: ((html: string) => unknown)[] = [
        (html) => parseMail(mailOf(html), { receivedAt: null }),
        (html) => sanitizeMail(html, [], () => '/'),
      ];
      for (const work of works) {
        const [one, eight] = [deep(piece, 100_000), deep(piece, 800_000)];
        await work(one);
        const base = Math.max(5, await cost(() => work(one)));
        expect((await cost(() => work(eight))) / base, piece).toBeLessThan(24);
      }
    },
    60_000,
  );

  it('also in a mail with several parts', async () => {
    const text = `--x\nContent-Type: text/plain\n\nwords\n--x\nContent-Type: text/html\n\n${deep('<div>', 2_000_000)}more\n--x--\n`;
    const start = process.cpuUsage();
    const message = await parseMail(mailOf(text, 'Content-Type: multipart/mixed; boundary=x'), { receivedAt: null });
    const { user } = process.cpuUsage(start);
    expect(message.text).toMatch(/words/);
    expect(user / 1e6).toBeLessThan(10);
  });
});
