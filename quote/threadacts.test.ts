import { describe, expect, it } from 'vitest';
import { readBody } from '#mail/body';
import { isAnnouncement, ownSentences, reportedIn, sentIn, solvedIn } from './threadacts';

const reported = (subject: string, text: string) => reportedIn(subject, readBody(text))?.text ?? null;
const solved = (text: string) => solvedIn(readBody(text))?.text ?? null;
const sent = (text: string) => sentIn(readBody(text))?.text ?? null;

describe('a report is recognised by its acts', () => {
  it.each([
    ['Crash at boot', 'Hello,\n\n[   13.565859] BUG: unable to handle page fault for address: 0000d570\n'],
    ['imx: trouble', 'Jan 20 12:40:57 box kernel: [    0.657596] ------------[ cut here ]------------\n'],
    ['Sleep fails', 'This is a regression since v6.13: it slept before.\n'],
    ['Sleep fails', 'I bisected it to 0123456789ab ("power: sleep").\n'],
    ['Sleep fails', '0123456789abcdef0123456789abcdef01234567 is the first bad commit\n'],
    ['Sleep fails', 'It hangs.\n\n#regzbot introduced: v6.1..v6.2\n'],
    ['general protection fault in resume', 'Hello,\n\nsyzbot found the following crash on:\n'],
    ['[bug report] EDAC: add a driver', 'Hello Ada,\n\nThe checker warns.\n'],
    ['[Regression] sleep fails', 'Hello.\n'],
    ['We found a bug in part.c', 'Hello.\n'],
    ['Flood of errors since 6.13', 'Hello.\n'],
  ])('%s', (subject, text) => expect(reported(subject, text)).not.toBeNull());

  it.each([
    ['Re: [PATCH 2/3] part: split', '[  287.994754] Kernel panic - not syncing: two pages\n'],
    ['[RFC] part: no panic', 'Call Trace:\n [<c01>] part+0x1\n'],
    ['[GIT PULL] fixes', 'These fix a regression in v6.1.\n'],
    ['Meaning of a value', 'What does -1 mean?\n'],
    ['Regression tests for part', 'I wrote some.\n'],
    ['Crash at boot', '> BUG: unable to handle page fault\n\nWhere is that from?\n'],
    ['Sleep', 'Does v6.1 sleep deeper?\n'],
  ])('and %s is not a report', (subject, text) => expect(reported(subject, text)).toBeNull());

  it('by the line with the act', () => {
    expect(reportedIn('Crash', readBody('Hello,\n\n[ 1.000000] BUG: bad page\n'))).toEqual({
      line: 2,
      text: 'BUG: bad page',
    });
    expect(reportedIn('[BUG] part', readBody('Hello.\n'))?.line).toBe(-1);
  });
});

describe('the end of a problem', () => {
  it.each([
    'Thanks it works now.\n',
    'Building the tool from source has resolved this particular issue, although I would not say gladly.\n',
    'I booted with that patch and I am not getting the errors anymore, so that seems to fix the issue for me.\n',
    'Confirmed, your patch fixed the flood of errors.\n',
    'Anyway the main issue is fixed.\nThanks for your help\n',
    'With it the problem is gone.\n',
    'I can confirm it works.\n',
  ])('is said: %s', (text) => expect(solved(text)).not.toBeNull());

  it.each([
    'If it works now, tell me.\n',
    'Does this patch fix the issue?\n',
    'I hope this solved the problem.\n',
    'It works now.\n\nBut the display is still dark.\n',
    'It fixed one of the problems.\n',
    'The easy fixes that I did only cover half of the problems.\n',
    'I will test whether the issue is fixed.\n',
    '> It works now.\n\nGood.\n',
    'I have resolved the timeout issue.\nMaybe this is another issue.\n',
    'The issue is not fixed.\n',
    "The patch didn't solve the problem.\n",
  ])('is not said: %s', (text) => expect(solved(text)).toBeNull());
});

describe('a sent patch', () => {
  it.each([
    'I posted a fix just now: https://example.org/1\n',
    'I’ve sent the patch as requested.\n',
    'I have sent V7 of this patch now.\n',
  ])('is said: %s', (text) => expect(sent(text)).not.toBeNull());
  it.each([
    'If I sent a patch, would you take it?\n',
    "I haven't sent the patch.\n",
    'I sent you the log.\n',
    'She sent a patch.\n',
  ])('is not said: %s', (text) => expect(sent(text)).toBeNull());
});

it('gives each sentence with its line', () => {
  const sentences = [...ownSentences(readBody('One is\nhere. Two.\n\n> quoted\n\nThree.\n'))];
  expect(sentences).toEqual([
    { line: 0, text: 'One is here.' },
    { line: 1, text: 'Two.' },
    { line: 5, text: 'Three.' },
  ]);
});

it.each([
  '[ANNOUNCE] tools 2.0',
  '[PRE-ANNOUNCE] a move',
  'Linux 6.1-rc2',
  'turbotool 19.08.31 is available',
  'tools 2.0.3 released',
])('%s announces', (subject) => expect(isAnnouncement(subject)).toBe(true));
it.each(['Re: [ANNOUNCE] tools 2.0', 'When is tools 2.0 released?', 'Hang since Linux 6.1', 'annoying hang'])(
  '%s does not',
  (subject) => expect(isAnnouncement(subject)).toBe(false),
);
