import { expect, it } from 'vitest';
import { Turn } from './turn';

it('one is worked on at a time, in order, whatever became of those before', async () => {
  const turn = new Turn(16);
  const said: string[] = [];
  const work = (name: string, fails: boolean) => async () => {
    said.push(`begin ${name}`);
    await new Promise((later) => setTimeout(later, 2));
    said.push(`end ${name}`);
    if (fails) throw new Error(name);
    return name;
  };
  const done = await Promise.allSettled([turn.take(work('a', true)), turn.take(work('b', false))]);
  expect(done.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(said).toEqual(['begin a', 'end a', 'begin b', 'end b']);
});

it('is full when sixteen wait, and is not when they have had it', async () => {
  const turn = new Turn(16);
  let open = () => {};
  const gate = new Promise<void>((opened) => {
    open = opened;
  });
  const all = Array.from({ length: 16 }, () => turn.take(() => gate));
  expect(turn.isFull).toBe(true);
  open();
  await Promise.all(all);
  expect(turn.isFull).toBe(false);
});
