import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMail } from '#ingest/parse/index';
import { patchFacts } from '#ingest/patch/facts';
import { MboxSplitter } from '#ingest/read/splitter';
import { decodeWords, parseAddresses } from '#mail/address';
import { readBody } from '#mail/body';
import { mimeDanger } from '#mail/danger';
import { parseDate } from '#mail/date';
import { allHeaders, headerText, scanHeaders, WantedHeaders } from '#mail/header';
import { sanitizeMail } from '#mail/html';
import { referencesOf } from '#mail/msgid';
import { readStructured } from '#mail/param';
import { attachedParts, htmlParts, readParts, shownParts } from '#mail/parts';
import { renderBody } from '#mail/render';
import { applyHunks, blobDiffs } from '#patch/blob';
import { patchIds } from '#patch/patchid';
import { combinedDiff, rangeDiff } from '#patch/rangediff';
import { parseSubject } from '#patch/subject';
import { parseQuery } from '#query/parse';
import { readPasted } from '#query/pasted';
import { ROOT } from '../process';
import type { Target } from './engine';

const NOW = 1_700_000_000;
const HEAD = 'From: Ada Example <ada@example.org>\nMessage-ID: <a@example.org>\nDate: Mon, 2 Mar 2020 10:00:00 +0100\n';
const WANTED = new WantedHeaders(
  new Set('from to cc subject date message-id references in-reply-to content-type received'.split(' ')),
);
const NAMES =
  'From To Cc Subject Date Message-ID In-Reply-To References Content-Type Content-Transfer-Encoding Content-Disposition List-Id Received X-Mailing-List MIME-Version Authentication-Results'
    .split(' ')
    .map((name) => `\n${name}: `);
const SIGNS = [...' \t\r\n\0<>"\'()[]{}-+=_.,:;@!?*/\\|&#%~^$`\x80\xe9\xff', '\r\n', '\n\n', '\n ', '--', '""'];

/** The words of a reader, a JSON string a line, from `../bench/fuzz/words/` beside the bundle in dist/. */
const wordsOf = (name: string): string[] =>
  readFileSync(join(ROOT, `bench/fuzz/words/${name}.txt`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const header: Target = {
  name: 'header',
  seeds: [
    `${HEAD}Subject: =?utf-8?q?a_b?= =?iso-8859-1?b?6Q==?=\n\nx`,
    'To: "A, B" <a@b.example> (c (d)), group: x@y.example, z;, <a@[127.0.0.1]>\nReferences: <a@b>\n <c@d> (x) e@f\nIn-Reply-To: Your of "Mon" <g@h>\n',
    'Date: Tue, 31 Feb 99 25:61:00 EST (x)\nReceived: from a (b [1.2.3.4]) by c with SMTP; 1 Jan 2004 00:00:00 -0000\n',
    'Content-Type: text/plain; charset="utf-8"; name*0*=utf-8\'\'a%20; name*1=b; format=flowed\n',
  ],
  words: [...NAMES, ...SIGNS, ...wordsOf('header')],
  run(input) {
    const block = scanHeaders(input, WANTED);
    const text = input.toString('latin1');
    const all = allHeaders(input);
    for (const { value } of all) {
      headerText(value);
      decodeWords(value);
      parseAddresses(value);
      parseDate(value);
      readStructured(value);
      parseSubject(value);
    }
    referencesOf([text], [text], 'own@example.org', () => new Set(['ada@example.org']));
    return block;
  },
};

const mime: Target = {
  name: 'mime',
  seeds: [
    `${HEAD}Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\na=3Db=\nc\n--x\nContent-Type: application/octet-stream; name="a.bin"\nContent-Transfer-Encoding: base64\n\nQUJD\n--x--\n`,
    `${HEAD}Content-Type: multipart/alternative; boundary="y z"\n\n--y z\n\ntext\n--y z\nContent-Type: text/html\n\n<p>text</p>\n--y z--\n`,
    `${HEAD}Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/plain; format=flowed; delsp=yes\n\na \nb\n-- \nc\n`,
    `${HEAD}Subject: uu\n\nbegin 644 a.txt\n#86)C\n\`\nend\n`,
    `${HEAD}Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$"\x1b(B\n`,
  ],
  words: [...NAMES, ...SIGNS, ...wordsOf('mime')],
  run(input) {
    // Mails that are too deep or have too many parts are not parsed as MIME.
    if (mimeDanger(input)) return parseMail(input, { receivedAt: null });
    const { root } = readParts(input);
    return [parseMail(input, { receivedAt: null }), attachedParts(root), shownParts(root), htmlParts(root)];
  },
};

const html: Target = {
  name: 'html',
  seeds: [
    '<p>Text <b>bold</b> <a href="http://x.example.org/?a=1&amp;b=2">x.example.org</a><br><img src="cid:a@b" alt=x>',
    '<table><tr><td style="color:red">a<td>b</table><ul><li>c<li>d</ul><pre>e\nf</pre><blockquote>g</blockquote>',
    '<!DOCTYPE html><html><head><style>p{}</style><script>alert(1)</script><title>t</title></head><body onload=x>&lt;&#x41;&nbsp;</body></html>',
    '<svg><a xlink:href="javascript:x"><math><mi>y</svg><iframe srcdoc="<p>z"></iframe><![CDATA[q]]><!-- -- -->',
  ],
  words: [...SIGNS, ...wordsOf('html')],
  run(input) {
    return sanitizeMail(input.toString('latin1'), [{ index: 1, cid: 'a@b', name: 'x' }], () => '/x');
  },
};

const query: Target = {
  name: 'query',
  seeds: [
    's:"a b" AND (f:ada OR NOT b:x*) d:2020-01-01..2020-02-31',
    'dfn:drivers/x.c nq:"why not" rt:1.week.ago.. -s:y +z NEAR a/5',
    'https://lore.kernel.org/all/a@b.example/ Message-ID: <a@b>',
    'from:ada subject:(x OR y) has:patch state:applied d:last.week..yesterday',
  ],
  words: [...SIGNS, ...wordsOf('query')],
  run(input) {
    const text = input.toString('utf8').slice(0, 20_000);
    readPasted(text);
    return parseQuery(text, NOW);
  },
};

const mbox: Target = {
  name: 'mbox',
  seeds: [
    `From ada@example.org Mon Mar  2 10:00:00 2020\n${HEAD}\n>From here\n\nFrom ada@example.org Mon Mar  2 10:00:01 2020\n${HEAD}Content-Length: 5\n\nabcd\n\n`,
    'From mboxrd@z Thu Jan  1 00:00:00 1970\r\nSubject: x\r\n\r\n>>From y\r\n\r\nFrom z\r\n\r\nFrom: a\r\n',
  ],
  words: [...NAMES, ...SIGNS, ...wordsOf('mbox')],
  run(input) {
    const whole = new MboxSplitter();
    const once = [...whole.push(input), ...whole.end()].map(({ bytes }) => bytes.toString('latin1'));
    // The mails must be the same wherever the bytes are split.
    const parts = new MboxSplitter();
    const cut = input.length ? (input[input.length - 1] as number) % input.length : 0;
    const twice = [...parts.push(input.subarray(0, cut)), ...parts.push(input.subarray(cut)), ...parts.end()];
    if (JSON.stringify(twice.map(({ bytes }) => bytes.toString('latin1'))) !== JSON.stringify(once))
      throw new Error('the mails of an mbox depend on where its bytes are split');
    return once;
  },
};

const CHANGE =
  'diff --git a/x.c b/x.c\nindex 1111111..2222222 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,4 @@ head\n one\n-two\n+2\n+2b\n three\n';

const diff: Target = {
  name: 'diff',
  seeds: [
    `Why.\n\nFixes: 0123456789ab ("x")\nReviewed-by: Bea <bea@example.org>\n---\n x.c | 3 ++-\n\n${CHANGE}-- \n2.30\n`,
    `> ${CHANGE.replaceAll('\n', '\n> ')}\nApplied, thanks.\n`,
    'diff --git a/a b/b\nsimilarity index 90%\nrename from a\nrename to b\nBinary files a/x and b/x differ\nGIT binary patch\nliteral 3\nKcmZ?wbhEHbWMp7u\n\n',
    'Index: x\n===\n--- "a/\\303\\244 x"\t2004\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\\ No newline at end of file\n',
  ],
  words: [...SIGNS, ...wordsOf('diff')],
  run(input) {
    const text = input.toString('latin1');
    const body = readBody(text);
    renderBody(text, { msgid: (id) => `/r/${id}/` });
    patchIds(text);
    for (const { hunks } of blobDiffs(text)) applyHunks('one\ntwo\nthree\n', hunks);
    const message = parseMail(Buffer.from(`${HEAD}Subject: [PATCH 1/2] x\n\n${text}`, 'latin1'), { receivedAt: null });
    patchFacts(message, body);
    const one = [{ id: 1, position: 1, title: 'x', text }];
    const other = [{ id: 2, position: 1, title: 'y', text: CHANGE }];
    return [rangeDiff(one, other), combinedDiff(one, other)];
  },
};

/** The readers of untrusted bytes. */
export const TARGETS: readonly Target[] = [header, mime, html, query, mbox, diff];
