import { describe, expect, it } from 'vitest';
import { parseSubject, titleKey } from './subject.ts';

/** "kind v<revision> position/total | prefixes | title" and marks, as one line per case. */
function brief(subject: string): string {
  const s = parseSubject(subject);
  const marks = [
    s.isReply && 'reply',
    s.rfc && 'rfc',
    s.resend && 'resend',
    s.stable && `stable=${s.stable}`,
    s.tipBranch && `tip=${s.tipBranch}`,
  ];
  const counter = s.position === null ? '' : ` ${s.position}/${s.total ?? 'n'}`;
  return `${s.kind} v${s.revision}${s.revisionPart}${counter} ${s.title} (${marks.filter(Boolean).join(' ')})`.replace(
    ' ()',
    '',
  );
}

describe('parseSubject', () => {
  it.each([
    ['[PATCH] a: b', 'patch v1 a: b'],
    ['[PATCH v3 02/10] a', 'patch v3 2/10 a'],
    ['[PATCH RFC net-next v2 0/4] a', 'cover v2 0/4 a (rfc)'],
    ['[RFC PATCH 1/2] a', 'patch v1 1/2 a (rfc)'],
    ['[RFC][PATCH 0/2 -mm] a', 'cover v1 0/2 a (rfc)'],
    ['[patch 3/7] a', 'patch v1 3/7 a'],
    ['[PATCHv2 2/4] a', 'patch v2 2/4 a'],
    ['[PATCH 1/2 v3] a', 'patch v3 1/2 a'],
    ['[PATCH,v2] a', 'patch v2 a'],
    ['[v3,2/4] a', 'patch v3 2/4 a'],
    ['PATCH: a', 'patch v1 a'],
    ['[PATCH 5.4 109/261] a', 'patch v1 109/261 a (stable=5.4)'],
    ['[PATCH AUTOSEL 5.1 166/219] a', 'patch v1 166/219 a (stable=5.1)'],
    ['[PATCH 2/5 v4.4.y] a', 'patch v1 2/5 a (stable=4.4)'],
    ['[PATCH v2 4/7 4.19.y] a', 'patch v2 4/7 a (stable=4.19)'],
    ['[ PATCH stable v4.4] a', 'patch v1 a (stable=4.4)'],
    ['[RESEND PATCH] a', 'patch v1 a (resend)'],
    ['[PATCH, resend] a', 'patch v1 a (resend)'],
    ['[GIT PULL for v5.2-rc1] a', 'pull v1 a'],
    ['[GIT PULL 1/2] a', 'pull v1 1/2 a'],
    ['[tip: ras/core] x86/mce: a', 'tip v1 x86/mce: a (tip=ras/core)'],
    ['[tip:x86/mm] a', 'tip v1 a (tip=x86/mm)'],
    ['[PATCH 0/3] kexec jump -v5', 'cover v5 0/3 kexec jump'],
    ['[PATCH 1/2] [v4] a', 'patch v4 1/2 a'],
    ['[linux-pm] [PATCH] a', 'patch v1 a'],
    ['Re: [EXTERNAL] Re: [PATCH v4 00/35] a', 'cover v4 0/35 a (reply)'],
    ['RE: [PATCH v5.1 10/12] a', 'patch v5.1 10/12 a (reply)'],
    ['[PATCH v15a 1/5] a', 'patch v15a 1/5 a'],
    ['[PATCH iv2 1/5] a', 'patch v2 1/5 a'],
    ['AW: AW: hello', 'plain v1 hello (reply)'],
    ['[bug report] a', 'plain v1 a'],
    ['2.6.9-mm1', 'mm v1 2.6.9-mm1'],
    ['+ a-b.patch added to -mm tree', 'mm v1 + a-b.patch added to -mm tree'],
    ['[merged mm-stable] a-b.patch removed from -mm tree', 'mm v1 a-b.patch removed from -mm tree'],
    ['[PATCH 1/n] a', 'patch v1 1/n a'],
    ['[PATCH1/2] a', 'patch v1 1/2 a'],
    ['[PATCH v2-2/3] a', 'patch v2 2/3 a'],
    ['[PATCH v6,1/3] a', 'patch v6 1/3 a'],
    ['[PATCH 0.5/2] a', 'patch v1 0.5/2 a'],
    ['[PATCH v2 3/3]: a', 'patch v2 3/3 a'],
    ['[PATCH v2 3/3:] a', 'patch v2 3/3 a'],
    ['[PULL 1/2] a', 'pull v1 1/2 a'],
    ['[PATCH v2 1/3] rv: a', 'patch v2 1/3 rv: a'],
    ['[PATCH v2 2/3] fw: a', 'patch v2 2/3 fw: a'],
    ['Re: [PATCH] tr: a', 'patch v1 tr: a (reply)'],
    ['[PATCH net-next v3 0/2] a (v3)', 'cover v3 0/2 a'],
    ['[PATCH 1/2]', 'patch v1 1/2 '],
    ['[PATCH v2] support chips (v3)', 'patch v2 support chips (v3)'],
    ['[only a tag]', 'plain v1 [only a tag]'],
    ['', 'plain v1 '],
  ])('%s', (subject, expected) => expect(brief(subject)).toBe(expected));

  it('separates prefixes and tags', () => {
    const subject = parseSubject('[linux-pm] [PATCH RFC net-next v2 1/4] a');
    expect(subject.prefixes).toEqual(['PATCH', 'RFC', 'net-next']);
    expect(subject.tags).toEqual(['linux-pm']);
  });
});

describe('titleKey', () => {
  it('keeps words only', () => expect(titleKey('EDAC, x:  Fix "it".')).toBe('edac x fix it'));
});
