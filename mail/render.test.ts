import { describe, expect, it } from 'vitest';
import { toMboxrd } from './mbox';
import { escapeHtml, renderBody } from './render';

const LINKS = {
  msgid: (msgid: string) => `/r/${msgid}/`,
  blob: (oid: string) => `/all/${oid}/s/`,
  commit: (oid: string) => `/commit/${oid}/`,
};
const render = (text: string) => renderBody(text, LINKS);

describe('renderBody', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '> <svg onload=alert(1)>',
    'Reviewed-by: <b onmouseover=alert(1)>',
    'http://example.org/"onclick="alert(1)',
    "http://example.org/'onclick='alert(1)",
    '+<script>\n@@ -1 +1 @@ <script>',
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
  ])('lets nothing of %j through', (text) => {
    const html = render(text);
    const outside = html.replace(
      /<\/?(?:div|details|summary|a|b|i|p)(?: (?:aria-label|class|href|rel|role|tabindex|title)="[^"<>]*")*>/g,
      '',
    );
    expect(outside).not.toMatch(/[<>]/);
    expect(html).not.toMatch(/href="(?!https?:|\/r\/)/);
  });

  it('links URLs and Message-IDs', () => {
    expect(render('see https://example.org/a_(b), or\n')).toContain('href="https://example.org/a_(b)"');
    expect(render('see https://example.org/x.\n')).toContain('href="https://example.org/x"');
    expect(render('<20040728124405.1a934bec@example.org>\n')).toContain(
      'href="/r/20040728124405.1a934bec@example.org/"',
    );
    expect(render('Ada <ada@example.org>\n')).not.toContain('href');
    expect(render('https://lore.kernel.org/all/2004-x@example.org/\n')).toContain('href="/r/2004-x@example.org/"');
  });

  it('links the blobs of a diff only', () => {
    const html = render(
      'index 1111111..2222222 in prose\n\ndiff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n' +
        'diff --git a/y b/y\nnew file mode 100644\nindex 0000000..fedcba9\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+c\n',
    );
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      '/all/1234567/s/',
      '/all/89abcde/s/',
      '/all/fedcba9/s/',
    ]);
  });

  it.each([
    ['This reverts commit 1234567890ab, again\n', '1234567890ab'],
    ['Fixes: 1234567890ab ("mm: count")\n', '1234567890ab'],
    ['since 1234567890ab ("mm: count") it\n', '1234567890ab'],
    ['      commit: 1234567890abcdef1234567890abcdef12345678\n', '1234567890abcdef1234567890abcdef12345678'],
    ['> commit 1234567890ab upstream.\n', '1234567890ab'],
  ])('links the commit of %j', (text, oid) => {
    expect(render(text)).toContain(`<a href="/commit/${oid}/">${oid}</a>`);
  });

  it.each([
    'RAX 1234567890abcdef\n',
    'the commit of 20040728\n',
    'commit deadbeef@example.org\n',
    'commit abcdef0-x\n',
  ])('links no commit in %j', (text) => {
    expect(render(text)).not.toContain('/commit/');
  });

  it('folds long quotations and leaves short ones open', () => {
    expect(render('> a\n'.repeat(40))).toContain('<summary>40 quoted lines</summary>');
    expect(render('> a\n'.repeat(5))).not.toContain('<details');
  });

  it('keeps a diff together, so that it scrolls as one', () => {
    const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n';
    const html = render(`Words before.\n\n${diff}-- \nme\n`);
    const [, inside] = /<div class="df"[^>]*>((?:<div class="\w+">[^<]*<\/div>)+)<\/div>/.exec(html) ?? [];
    expect(inside?.match(/class="\w+"/g)).toEqual(['fl', 'hk', 'cx', 'de', 'ad'].map((name) => `class="${name}"`));
    expect(html.endsWith('<div class="sg">-- \nme</div>')).toBe(true);
    expect(render('no diff here\n')).not.toContain('df');
  });

  it('folds a long diff to a line with its files, if requested', () => {
    const diff = `diff --git a/one b/one
--- a/one
+++ b/one
@@ -1,2 +1,3 @@
 a
-b
+c
+d
diff --git a/two b/two
deleted file mode 100644
--- a/two
+++ /dev/null
@@ -1 +0,0 @@
-e
`;
    const folded = renderBody(`Words.\n\n${diff}-- \nme\n`, { msgid: () => null }, { fold: { diffs: 10, quotes: 9 } });
    expect(folded).toContain('<details class="f"><summary>one and 1 more +2 −2</summary><div class="df"');
    expect(folded.endsWith('</div></div></details><div class="sg">-- \nme</div>')).toBe(true);
    expect(renderBody(diff, { msgid: () => null }, { fold: { diffs: 14, quotes: 9 } })).not.toContain('<details');
    expect(render(diff)).not.toContain('<details');
  });

  it('folds a long quotation except the answered lines, at any depth, if requested', () => {
    const fold = { diffs: 10, quotes: 9 };
    const lines = ['> > a', '> b', '> > c', '> d', '> > e', '> f', '> g', '> h', '> i', '> j'];
    const html = renderBody(`${lines.join('\n')}\nNo.\n`, { msgid: () => null }, { fold });
    const [before = '', after = ''] = html.split('</details>');
    expect(before).toMatch(/^<details class="f"><summary>6 quoted lines<\/summary>.*&gt; f<\/div>$/s);
    expect(after).toBe('<div class="q q1">&gt; g\n&gt; h\n&gt; i\n&gt; j</div><div class="t">No.</div>');
    expect(renderBody(`Yes.\n\n${lines.join('\n')}\n-- \nme\n`, { msgid: () => null }, { fold })).toContain(
      '<summary>10 quoted lines</summary>',
    );
    expect(renderBody(`${lines.slice(1).join('\n')}\nNo.\n`, { msgid: () => null }, { fold })).not.toContain(
      '<details',
    );
  });

  it('marks lines, quietly where nobody asked for them, and quotes no line of it twice', () => {
    const lit = [{ lines: [1, 2] as const }, { lines: [2, 4] as const, isQuiet: true }];
    expect(renderBody('a\nb\nc\nd\n> e\nf\n', { msgid: () => null }, { lit })).toBe(
      '<div class="t">a\n<mark id="quoted">b\n</mark><mark>c\n</mark><mark class="k">d</mark></div><div class="q q1"><mark class="k">&gt; e</mark></div><div class="t">f</div>',
    );
  });

  it('keeps every line of a text', () => {
    const text = 'one\n\n\n> two\n\nthree\n-- \nme\n';
    expect(
      render(text)
        .replace(/<\/div>/g, '\n')
        .replace(/<[^>]+>/g, '')
        .replace(/&gt;/g, '>')
        .replace(/\n+/g, '\n'),
    ).toBe('one\n> two\nthree\n-- \nme\n');
  });

  it('keeps the empty line after a note', () => {
    const html = renderBody(
      'One.\n\nReviewed-by: A <a@example.org>\n',
      { msgid: () => null },
      {
        notes: [{ line: 1, html: '<i></i>' }],
      },
    );
    expect(html).toMatch(/^<div class="t">One\.\n<i><\/i>\n<\/div><div class="tr">/);
  });

  it('shows characters that change the direction of text', () => {
    expect(escapeHtml('a\u202eb')).toBe('a<i class="bidi">U+202E</i>b');
  });

  it('accepts a line of a megabyte', () => {
    for (const text of [
      'x'.repeat(1e6),
      '<'.repeat(1e6),
      'http://'.repeat(1e5),
      `${'<a'.repeat(1e5)}@`,
      '>'.repeat(1e6),
    ])
      expect(render(text).length).toBeGreaterThan(0);
  });
});

describe('toMboxrd', () => {
  it('adds an escape to each line that looks like the start of a mail', () => {
    const mail = toMboxrd(
      Buffer.from('Subject: x\n\nFrom here\n>From there\nnot From\n'),
      Date.UTC(2004, 6, 28, 10, 24, 5) / 1000,
    ).toString();
    expect(mail).toBe('From mboxrd@z Wed Jul 28 10:24:05 2004\nSubject: x\n\n>From here\n>>From there\nnot From\n\n');
  });
});
