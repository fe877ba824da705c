import { describe, expect, it } from 'vitest';
import { verdictWords } from './VerdictWord';

const at = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000;
const words = (status: string, since: string, now = '2025-03-20', version = '1') =>
  verdictWords({ status, version, since_id: at(since) * 8, now_at: at(now) });

describe('what a row says became of a series', () => {
  it.each([
    ['refused', '2025-03-17', 'refused · 3 days'],
    ['applied', '2025-03-19', 'applied · 1 day'],
    ['changes requested', '2025-03-20', 'changes requested · today'],
    ['applied', '2025-01-02', 'applied · Jan'],
    ['merged', '2019-07-02', 'merged · Jul 2019'],
    ['went quiet', '2025-02-02', 'quiet since Feb'],
    ['no answer', '2024-11-02', 'no answer since Nov 2024'],
    ['waiting for review', '2024-12-20', 'waits since Dec 2024'],
    ['under discussion', '2025-03-18', 'discussed · 2 days'],
    ['copy for stable', '2025-03-18', 'copy for stable'],
  ])('%s, %s: %s', (status, since, said) => expect(words(status, since)).toBe(said));

  it('names the version where there are several', () =>
    expect(words('waiting for review', '2025-03-08', '2025-03-20', '4')).toBe('v4 waits · 12 days'));

  it('says nothing of the future where a clock was wrong', () =>
    expect(words('applied', '2025-03-25')).toBe('applied · today'));
});
