/** Mails with extreme sizes and shapes. `scale` 1 is as large as the limits allow; tests use less by default. */
export function* extremes(scale: number): Generator<{ name: string; raw: Buffer; note: RegExp | null }> {
  const size = (whole: number) => Math.max(1, Math.floor(whole * scale));
  let n = 0;
  const head = (subject: string, more = '') =>
    `From: Mallory <mallory@example.org>\nSubject: ${subject}\nMessage-ID: <extreme-${n++}@example.org>\nDate: Mon, 2 Mar 2020 10:00:00 +0000\nList-Id: <extreme.lists.example.org>\n${more}`;
  const mail = (name: string, text: string | Buffer, note: RegExp | null = null) => ({
    name,
    raw: Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1'),
    note,
  });
  const megabytes = (count: number) => Buffer.alloc(size(count * 1024 * 1024), 'x');
  yield mail('one line', Buffer.concat([Buffer.from(`${head('line')}\n`), megabytes(200)]), /text of \d+ characters/);
  yield mail(
    'one header',
    Buffer.concat([Buffer.from(head('header', 'X-Long: ')), megabytes(100), Buffer.from('\n\nx\n')]),
    /headers of \d+ bytes/,
  );
  yield mail('many headers', `${head('headers', 'X-A: b\n'.repeat(size(1_000_000)))}\nx\n`);
  yield mail('a subject', `${head('s'.repeat(size(1024 * 1024)))}\nx\n`, /subject of/);
  yield mail('an encoded subject', `${head('=?utf-8?B?YWJj?= '.repeat(size(60_000)))}\nx\n`);
  yield mail(
    'references',
    `${head('references', `References:${Array.from({ length: size(100_000) }, (_, k) => `\n <r${k}@example.org>`).join('')}\n`)}\nx\n`,
  );
  yield mail(
    'recipients',
    `${head('recipients', `Cc: ${Array.from({ length: size(100_000) }, (_, k) => `P${k} <p${k}@example.org>`).join(',\n ')}\n`)}\nx\n`,
  );
  let deep = 'deep\n';
  for (let k = 0; k < Math.max(60, size(1000)); k++)
    deep = `Content-Type: multipart/mixed; boundary=b${k}\n\n--b${k}\n${deep}\n--b${k}--\n`;
  yield mail('nested parts', `${head('nested')}${deep}`, /nested parts/);
  let forwarded = 'Subject: inner\n\nx\n';
  for (let k = 0; k < Math.max(60, size(1000)); k++) forwarded = `Content-Type: message/rfc822\n\n${forwarded}`;
  yield mail('nested mails', `${head('forwarded')}${forwarded}`, /nested parts/);
  const parts = (count: number) =>
    `${head('parts')}Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: text/plain; name=p.txt\nContent-Disposition: attachment\n\nx\n'.repeat(count)}--b--\n`;
  yield mail('a thousand parts', parts(1000));
  yield mail('many parts', parts(Math.max(2100, size(100_000))), /parts: shown/);
  yield mail(
    'nothing but NUL',
    Buffer.concat([Buffer.from(`${head('nul')}\n`), Buffer.alloc(size(8 * 1024 * 1024))]),
    /NUL|text of/,
  );
  yield mail(
    'base64 of nothing',
    `${head('base64', 'Content-Transfer-Encoding: base64\n')}\n${'QUFB\n'.repeat(size(2_000_000))}`,
  );
  yield mail('quotations', `${head('quotes')}\n${'> a line that is quoted again and again\n'.repeat(size(100_000))}`);
  yield mail('marks', `${head('marks')}\n${'>'.repeat(size(1_000_000))}\n`);
  yield mail('html', `${head('html', 'Content-Type: text/html\n')}\n${'<div>'.repeat(size(400_000))}x`);
  yield mail(
    'links in html',
    `${head('links', 'Content-Type: text/html\n')}\n${'<a href="http://x.example.org/">y</a>'.repeat(size(60_000))}`,
  );
  yield mail(
    'a hunk',
    `${head('[PATCH] hunk')}\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,${size(100_000)} +1,${size(100_000)} @@\n${'-a\n+b\n'.repeat(size(100_000))}`,
  );
  yield mail(
    'files',
    `${head('[PATCH] files')}\n${'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'.repeat(size(20_000))}`,
  );
  yield mail('trailers', `${head('[PATCH] trailers')}\n${'Reviewed-by: A <a@example.org>\n'.repeat(size(100_000))}`);
  for (const charset of ['utf-7', 'utf-16', 'iso-2022-jp', 'hz-gb-2312', 'no-such-charset', '\u00fc'])
    yield mail(
      `charset ${charset}`,
      `${head('charset', `Content-Type: text/plain; charset=${charset}\n`)}\n${'\x1b$B~{+AGE-\xff\xfe\0'.repeat(size(20_000))}`,
    );
}
