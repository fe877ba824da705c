import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { fetchCommands, mailtoOf, recipientsOf, sendEmailOf } from './reply';

const HEADERS = [
  { name: 'To', value: 'One <one@example.org>, "Two, the second" <two@example.org>' },
  { name: 'CC', value: 'list@example.org, ONE@example.org' },
];

/** The words that a shell makes of a command line. */
const wordsOf = (line: string) =>
  execFileSync('bash', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');

describe('an answer', () => {
  it('goes to who wrote, and to everybody else once', () => {
    expect(recipientsOf('me@example.org', HEADERS)).toEqual({
      to: 'me@example.org',
      cc: ['one@example.org', 'two@example.org', 'list@example.org'],
    });
    expect(recipientsOf('me@example.org', [...HEADERS, { name: 'Reply-To', value: '<two@example.org>' }])).toEqual({
      to: 'two@example.org',
      cc: ['one@example.org', 'list@example.org'],
    });
  });

  it('by mail names what it answers and quotes it where it is short', () => {
    const answered = {
      msgid: 'a+b%c@example.org',
      subject: 'memory & more',
      ...recipientsOf('me@example.org', HEADERS),
      attribution: 'On a day, Me wrote:',
      text: 'One line\n> and a quoted one\n',
    };
    const url = new URL(mailtoOf(answered));
    expect(url.protocol).toBe('mailto:');
    expect(decodeURIComponent(url.pathname)).toBe('me@example.org');
    expect(url.searchParams.get('In-Reply-To')).toBe('<a+b%c@example.org>');
    expect(url.searchParams.get('Subject')).toBe('Re: memory & more');
    expect(url.searchParams.get('Cc')).toBe('one@example.org,two@example.org,list@example.org');
    expect(url.searchParams.get('Body')).toBe('On a day, Me wrote:\r\n> One line\r\n>> and a quoted one\r\n\r\n');
    const long = new URL(mailtoOf({ ...answered, text: 'x'.repeat(5000) }));
    expect(long.searchParams.has('Body')).toBe(false);
    expect(long.searchParams.get('Subject')).toBe('Re: memory & more');
  });

  it('by git is what the shell reads it as, whatever the mail says', () => {
    const evil = 'x\'; touch /tmp/owned; $(id) `id` "@example.org';
    const words = wordsOf(sendEmailOf({ msgid: evil, to: 'a$b@example.org', cc: ["o'neil@example.org"] }));
    expect(words).toEqual([
      'git',
      'send-email',
      `--in-reply-to=<${evil}>`,
      '--to=a$b@example.org',
      "--cc=o'neil@example.org",
      '/path/to/YOUR_REPLY',
    ]);
    for (const { command } of fetchCommands(evil)) expect(wordsOf(command.split(' | ')[0] ?? '').at(-1)).toBe(evil);
  });
});
