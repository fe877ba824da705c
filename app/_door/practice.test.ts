import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isPractice, respond } from '../_web/http';
import { practise } from './practice';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const FRONT =
  '<a href="/all/a@example.org/t/">Lost interrupts</a><a href="/all/b@example.org/t/">b</a><a href="/all/b@example.org/t/">b</a>';

/** Routes that note which pages are made. */
function noting() {
  const asked: string[] = [];
  const GET = async (request: Request) => {
    expect(isPractice(request)).toBe(true);
    asked.push(request.url.replace('http://localhost', ''));
    return respond(FRONT, 200, { 'Content-Type': 'text/html' });
  };
  return {
    asked,
    routes: { find: (path: string) => (path.includes('?') ? undefined : { pattern: '/', handlers: { GET } }) },
  };
}

it('makes each kind of page while nobody asks', async () => {
  const { asked, routes } = noting();
  const done = practise(routes, () => 1000);
  await vi.advanceTimersByTimeAsync(14_000);
  await done;
  expect(asked).toHaveLength(151);
  expect(new Set(asked)).toEqual(
    new Set([
      '/',
      '/all/',
      '/all/a@example.org/t/',
      '/all/a@example.org/',
      '/all/b@example.org/t/',
      '/all/b@example.org/',
      '/search/?q=Lost',
      '/search/?q=interrupts',
    ]),
  );
});

it('waits while readers ask, and gives up', async () => {
  const { asked, routes } = noting();
  let quiet = 0;
  const done = practise(routes, () => quiet);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([]);
  quiet = 600;
  await vi.advanceTimersByTimeAsync(500);
  expect(asked.length).toBeGreaterThan(5);
  quiet = 0;
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
  expect(asked.length).toBeLessThanOrEqual(before + 1);
});

it('ends at once where there is no page', async () => {
  const done = practise({ find: () => undefined }, () => 1000);
  await vi.advanceTimersByTimeAsync(1000);
  await done;
});
