import { describe, expect, it } from 'vitest';
import { arrange, type Member } from './arrange';
import { type Joining, joinThreads, type Known, takeApart } from './join';

const member = (id: number, msgid: string, ...references: string[]): Member => ({
  id,
  msgid,
  references,
  imposter: false,
});

/** The thread as an outline: `- a`, `  - b`. */
function outline(members: Member[], ghosts: string[] = []): string[] {
  return arrange(members, ghosts).map(
    ({ member: shown, ghost, depth }) => `${'  '.repeat(depth)}${shown?.msgid ?? `(${ghost})`}`,
  );
}

describe('arrange', () => {
  it('puts answers below their parents, siblings by time', () => {
    const members = [member(1, 'a'), member(4, 'c', 'a'), member(2, 'b', 'a'), member(3, 'd', 'a', 'b')];
    expect(outline(members)).toEqual(['a', '  b', '    d', '  c']);
  });

  it('shows a ghost with messages below it, at the time of the earliest', () => {
    expect(outline([member(5, 'b', 'g'), member(3, 'c', 'g'), member(4, 'x')], ['g'])).toEqual([
      '(g)',
      '  c',
      '  b',
      'x',
    ]);
  });

  it('places ghosts along the references that name them', () => {
    expect(outline([member(1, 'c', 'g1', 'g2')], ['g1', 'g2'])).toEqual(['(g1)', '  (g2)', '    c']);
  });

  it('leaves out ghosts without messages below them', () => {
    expect(outline([member(1, 'b'), member(2, 'c', 'g', 'b')], ['g'])).toEqual(['b', '  c']);
  });

  it('cuts loops, keeping the link of the older message', () => {
    expect(outline([member(1, 'a', 'b'), member(2, 'b', 'a')])).toEqual(['b', '  a']);
    expect(outline([member(1, 'a', 'a')])).toEqual(['a']);
  });

  it('falls back to an earlier reference if the last would close a loop', () => {
    expect(outline([member(1, 'r'), member(2, 'a', 'r', 'b'), member(3, 'b', 'r', 'a')])).toEqual([
      'r',
      '  b',
      '    a',
    ]);
  });

  it("uses only a message's own headers", () => {
    expect(outline([member(1, 'a'), member(2, 'b'), member(3, 'c', 'a', 'b')])).toEqual(['a', 'b', '  c']);
  });

  it('places answers to an imposter below the first message', () => {
    const members = [member(1, 'a'), { ...member(2, 'a'), imposter: true }, member(3, 'b', 'a')];
    expect(arrange(members, []).map((place) => [place.member?.id, place.depth])).toEqual([
      [1, 0],
      [3, 1],
      [2, 0],
    ]);
  });

  it('does not depend on the order of its input', () => {
    const members = [member(1, 'a', 'c'), member(2, 'b', 'a'), member(3, 'c', 'b'), member(4, 'd', 'g', 'c')];
    expect(outline([...members].reverse(), ['g'])).toEqual(outline(members, ['g']));
  });

  it('arranges a chain of 200,000 and a fan of 200,000', () => {
    const chain = Array.from({ length: 200_000 }, (_, n) => member(n, `c${n}`, ...(n ? [`c${n - 1}`] : [])));
    expect(arrange(chain, []).at(-1)?.depth).toBe(199_999);
    const fan = Array.from({ length: 200_000 }, (_, n) => member(n, `f${n}`, ...(n ? ['f0'] : [])));
    expect(arrange(fan, []).at(-1)?.depth).toBe(1);
    const ring = Array.from({ length: 200_000 }, (_, n) => member(n, `r${n}`, `r${(n + 1) % 200_000}`));
    expect(arrange(ring, [])).toHaveLength(200_000);
  });
});

describe('joinThreads', () => {
  const joining = (id: number, msgid: string, ...references: string[]): Joining => ({ id, msgid, references });

  /** Joins in batches of `size`, like ingest; returns the final thread of each message. */
  function joinInBatches(messages: Joining[], size: number): number[] {
    const known = new Map<string, Known>();
    const thread = new Map<number, number>();
    for (let at = 0; at < messages.length; at += size) {
      const batch = messages.slice(at, at + size);
      const joined = joinThreads(batch, known);
      const now = (one: number) => joined.merged.get(one) ?? one;
      for (const [key, value] of thread) thread.set(key, now(value));
      for (const [key, value] of known) known.set(key, { ...value, thread: now(value.thread) });
      for (const [key, value] of joined.named) known.set(key, { thread: value, isGhost: true });
      for (const { msgid } of batch) known.set(msgid, { ...(known.get(msgid) as Known), isGhost: false });
      for (const [n, message] of batch.entries()) thread.set(message.id, joined.threads[n] as number);
    }
    return messages.map((message) => thread.get(message.id) as number);
  }

  it('joins through ghosts and merges on a late parent', () => {
    const messages = [joining(30, 'c', 'b'), joining(20, 'd', 'a'), joining(10, 'b', 'a'), joining(40, 'e')];
    expect(joinInBatches(messages, 4)).toEqual([20, 20, 20, 40]);
  });

  it('gives the same threads however the messages are batched', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    const messages = Array.from({ length: 400 }, (_, n) =>
      joining(n * 8, `m${n}`, ...Array.from({ length: random(3) }, () => `m${random(800)}`)),
    );
    const whole = joinInBatches(messages, 400);
    for (const size of [1, 7, 64]) expect(joinInBatches(messages, size)).toEqual(whole);
  });

  const ROOTS = Array.from({ length: 30 }, (_, n) => joining(n * 10, `root${n}`));
  const ANSWERS = ROOTS.map(({ id, msgid }) => joining(id + 1, `answer to ${msgid}`, msgid));
  const GLUE = joining(1000, 'glue', ...ROOTS.map(({ msgid }) => msgid));

  it('does not let a mail join threads that have their own beginnings', () => {
    for (const size of [1, 7, 100]) {
      const threads = joinInBatches([...ROOTS, ...ANSWERS, GLUE], size);
      expect(new Set(threads).size).toBe(30);
      expect(threads.at(-1)).toBe(290);
    }
  });

  it('does not let a mail with an existing id move its thread', () => {
    const threads = joinInBatches([...ROOTS, joining(500, 'root3', 'root7', 'root8')], 1);
    expect(threads).toEqual([...ROOTS.map(({ id }) => id), 30]);
  });

  it('joins only a few threads by ids of missing mails', () => {
    const halves = ROOTS.map(({ id, msgid }) => joining(id + 1, `half of ${msgid}`, msgid));
    const threads = joinInBatches([...halves, GLUE], 1);
    expect(new Set(threads).size).toBe(30 - 3);
  });

  it('reports threads with a late mail that others had named, and splits what only they had joined', () => {
    const joined = joinThreads([GLUE, ...ANSWERS, ...ROOTS], new Map());
    expect([...joined.late]).toEqual([1000]);
    for (const glue of [GLUE, { ...GLUE, id: -5 }]) {
      const { threads, named } = takeApart([...ROOTS, ...ANSWERS, glue].sort((a, b) => a.id - b.id));
      expect(new Set(threads).size).toBe(30);
      expect(named.size).toBe(0);
    }
  });

  it('splits nothing for an imposter, whatever date it claims', () => {
    const answer = joining(20, 'answer', 'root');
    const forged = { ...joining(5, 'answer'), isImposter: true };
    expect(takeApart([forged, joining(10, 'root'), answer]).threads).toEqual([5, 5, 5]);
    const naming = { ...joining(30, 'root', 'nobody'), isImposter: true };
    expect([...takeApart([joining(10, 'root'), naming]).named]).toEqual([['nobody', 10]]);
    const late = [joining(20, 'one', 'missing'), joining(30, 'two', 'missing')];
    const forgedRoots = [
      { ...joining(5, 'one'), isImposter: true },
      { ...joining(6, 'two'), isImposter: true },
    ];
    expect(new Set(takeApart([...forgedRoots, ...late]).threads).size).toBe(1);
  });

  it('does not split threads joined by late mails', () => {
    const chain = Array.from({ length: 20 }, (_, n) =>
      joining(n, `c${n}`, ...Array.from({ length: n }, (_, m) => `c${m}`)),
    );
    const some = chain.filter((_, n) => n % 3);
    expect(new Set(takeApart(some).threads).size).toBe(1);
    expect(new Set(joinInBatches(some.toReversed(), 4)).size).toBe(1);
    expect(
      new Set(takeApart([joining(1, 'x', 'g', 'h'), joining(2, 'y', 'g'), joining(3, 'z', 'h')]).threads).size,
    ).toBe(1);
  });
});
