import { type Draft, encodeWord, quote, type SampleMail, SECOND_LIST, write } from './mail';
import { PEOPLE } from './people';

const at = (day: number, hour = 9) => Date.UTC(2009, 1, day, hour, 3) / 1000;
const base = (name: string, day: number): Omit<Draft, 'subject' | 'body'> => ({
  from: PEOPLE.ivo,
  msgid: `odd-${name}@example.org`,
  at: at(day),
});
const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);
const BOUNDARY = 'sample-boundary-1';
const multipart = (kind: string, parts: string[]) => ({
  type: `multipart/${kind}; boundary="${BOUNDARY}"`,
  encoding: '8bit',
  bytes: bytes(`${parts.map((part) => `--${BOUNDARY}\n${part}\n`).join('')}--${BOUNDARY}--\n`),
});

/** Mails that are broken, odd or hostile in ways found in archives; the Message-ID says how. */
export function* broken(): Generator<SampleMail> {
  for (const draft of DRAFTS) yield write(draft);
  const twice = write({
    ...base('twice', 12),
    subject: 'The same mail twice',
    body: 'A server that was unsure sent this once more.',
  });
  yield twice;
  yield { raw: Buffer.from(twice.raw), sentAt: twice.sentAt + 30 };
  const posted: Draft = {
    ...base('cross-post', 13),
    subject: 'Call for topics: the dump meeting in autumn',
    body: 'Sent to both lists, because both camps should come.\n\nTopics so far: the list of who is told, the notes, the default.',
  };
  yield write(posted);
  yield write({ ...posted, list: SECOND_LIST });
}

const DRAFTS: Draft[] = [
  { ...base('no-id', 1), msgid: null, subject: 'A mail without a Message-ID', body: 'My mailer forgot something.' },
  {
    ...base('no-date', 1),
    subject: 'A mail without a date',
    headers: { Date: null },
    body: 'It arrived all the same.',
  },
  {
    ...base('1970', 2),
    subject: 'A clock that never started',
    headers: { Date: 'Thu, 1 Jan 1970 00:00:07 +0000' },
    body: 'The battery of the board was empty.',
  },
  {
    ...base('2038', 2),
    subject: 'A clock that ran ahead',
    headers: { Date: 'Tue, 19 Jan 2038 03:14:08 +0000' },
    body: 'I was testing just that.',
  },
  {
    ...base('two-digit-year', 2),
    subject: 'A year of two digits',
    headers: { Date: 'Mon, 02 Feb 09 10:03:00 EST' },
    body: 'An old mailer, but mine.',
  },
  {
    ...base('raw-8bit', 3),
    from: PEOPLE.arvid,
    subject: 'Umlauts',
    headers: { Subject: 'Grüße: raw bytes in a subject' },
    body: 'No encoded word far and wide.',
  },
  {
    ...base('bad-2047', 3),
    subject: 'x',
    headers: { Subject: '=?utf-8?Q?An_encoded_word_=28that_never?= ends =?utf-8?Q?properly' },
    body: 'The second word has no end.',
  },
  { ...base('imposter', 4), subject: 'First under this id', body: 'The first message under this Message-ID.' },
  {
    ...base('imposter', 5),
    from: PEOPLE.sergei,
    subject: 'Second under this id',
    body: 'Another message altogether, under an id that was taken.',
  },
  {
    ...base('loop-a', 5),
    subject: 'A refers to B',
    references: ['odd-loop-b@example.org'],
    body: 'And B refers to A.',
  },
  {
    ...base('loop-b', 6),
    subject: 'B refers to A',
    references: ['odd-loop-a@example.org'],
    body: 'And A refers to B.',
  },
  {
    ...base('html', 6),
    subject: 'HTML only',
    body: '',
    content: {
      type: 'text/html; charset=utf-8',
      encoding: '8bit',
      bytes: bytes(
        '<html><body><p>A mail of <b>nothing but</b> HTML.</p><script>alert("never")</script><img src="http://tracker.example.org/x.gif"><p><a href="javascript:alert(1)">Click</a>, or sign in at <a href="https://elsewhere.example.org/">https://bank.example.org/</a></p></body></html>\n',
      ),
    },
  },
  {
    ...base('alternative', 7),
    subject: 'Both forms',
    body: '',
    content: multipart('alternative', [
      'Content-Type: text/plain; charset=utf-8\n\nThe plain form.\n',
      'Content-Type: text/html; charset=utf-8\n\n<p>The other form.</p>\n',
    ]),
  },
  {
    ...base('attached-patch', 7),
    subject: '[PATCH] park: clear the mask before the second round',
    body: '',
    content: multipart('mixed', [
      'Content-Type: text/plain; charset=utf-8\n\nAttached, since my mailer breaks tabs.\n\nSigned-off-by: Ivo <ivo.stepankovsky@example.org>\n',
      "Content-Type: text/x-patch\nContent-Disposition: attachment; filename*=utf-8''parkov%C3%A1n%C3%AD.patch\n\ndiff --git a/kernel/park.c b/kernel/park.c\nindex 5f0011aa22bb..6e1122bb33cc 100644\n--- a/kernel/park.c\n+++ b/kernel/park.c\n@@ -20,4 +20,4 @@ static void park_again(void)\n {\n-\tpark_all();\n \tcpus_clear(parked);\n+\tpark_all();\n }\n",
    ]),
  },
  {
    ...base('flowed', 8),
    subject: 'Flowed text',
    body: '',
    content: {
      type: 'text/plain; charset=utf-8; format=flowed',
      encoding: '8bit',
      bytes: bytes(
        'This paragraph was broken by a mailer that \nknows that it may be joined again.\n\n> And this one is quoted, \n> and joined as well.\n\n-- \nIvo\n',
      ),
    },
  },
  {
    ...base('quoted-printable', 8),
    subject: encodeWord('Čárka, háček'),
    body: '',
    content: {
      type: 'text/plain; charset=iso-8859-2',
      encoding: 'quoted-printable',
      bytes: bytes('P=F8=EDli=B9 =BElu=BBou=E8k=FD k=F9=F2, as they say to try=\n a font.\n'),
    },
  },
  {
    ...base('base64', 9),
    subject: 'Base64',
    body: '',
    content: {
      type: 'text/plain; charset=utf-8',
      encoding: 'base64',
      bytes: bytes(`${Buffer.from('A body that went through a gateway which trusts nothing.\n').toString('base64')}\n`),
    },
  },
  {
    ...base('iso-2022-jp', 9),
    from: PEOPLE.noriko,
    subject: '=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=',
    body: '',
    content: {
      type: 'text/plain; charset=iso-2022-jp',
      encoding: '7bit',
      bytes: Buffer.from('\x1b$B%F%9%H$G$9!#\x1b(B\n', 'latin1'),
    },
  },
  {
    ...base('koi8-r', 10),
    from: PEOPLE.sergei,
    subject: 'KOI8-R',
    body: '',
    content: {
      type: 'text/plain; charset=koi8-r',
      encoding: '8bit',
      bytes: Buffer.from([0xf0, 0xd2, 0xcf, 0xd7, 0xc5, 0xd2, 0xcb, 0xc1, 0x2e, 0x0a]),
    },
  },
  { ...base('empty', 10), subject: 'An empty mail', body: '' },
  {
    ...base('bidi', 10),
    subject: 'A file named \u202eknht.txt\u202c for you',
    body: 'The name reads backwards: \u202etxt.thnk\u202c.',
  },
  {
    ...base('script', 11),
    subject: '<script>alert("subject")</script>',
    body: '<script>alert("body")</script>\n<img src=x onerror=alert(1)>\nAll of this is text.\n',
  },
  {
    ...base('from-line', 11),
    subject: 'A line that looks like the start of a mail',
    body: 'Somebody wrote to me:\n\nFrom here on it only gets worse.\n\nHe was right.\n',
  },
  {
    ...base('top-posted', 11),
    from: PEOPLE.thandi,
    subject: 'Re: An empty mail',
    references: ['odd-empty@example.org'],
    body: `I see nothing.\n\n${quote(PEOPLE.ivo, at(10), '')}`,
  },
  {
    ...base('via', 12),
    from: {
      name: 'Halvard Brekkesund via threadline-sample',
      address: 'threadline-sample@lists.example.org',
      zone: 60,
    },
    subject: 'Written by the list itself',
    body: 'My provider asks that others send in my name.',
  },
  {
    ...base('second-address', 12),
    from: { name: 'Oskar Lindqvist', address: 'oskar@home.example.org', zone: 60 },
    subject: 'From home',
    body: 'The same person under another address.',
  },
  {
    ...base('robot', 12),
    from: PEOPLE.robot,
    subject: 'sample/jump: build of kernel/kexec_jump.c: 1 warning',
    body: 'tree: sample/jump\nconfig: allnoconfig\n\nkernel/kexec_jump.c:44: warning: state_page may be used uninitialized\n',
  },
  {
    ...base('spam', 12),
    from: { name: 'Lucky Winner Office', address: 'office@prizes.example.org', zone: 0 },
    subject: 'YOU HAVE BEEN CHOSEN!!!',
    body: 'Send us your number and you will be told what you have won.',
  },
  {
    ...base('long-subject', 13),
    subject: `On the length of subjects, ${'and of what follows them, '.repeat(12)}the end`,
    body: 'Some mailers have no bound.',
  },
];
