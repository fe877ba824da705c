import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { linkSeries } from '../../ingest/patch/link.ts';
import type { PatchFact } from '../../patch/kinds.ts';
import { ARCHIVES } from '../archives.ts';
import { readFacts } from './facts.ts';

/** A work with the mails of each version, judged by reading. `doubtful`: two readings are defensible. */
interface Judged {
  versions: [number, string[]][];
  doubtful?: boolean;
}

const judged = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8')) as Judged[];

// Pairs of mails of a work, for all series with a judged mail. Prints errors, for reading.
describe.skipIf(!ARCHIVES)('versions of series judged by reading', () => {
  let facts: PatchFact[] = [];
  beforeAll(async () => {
    const mails = await readFacts(['linux-edac', 'kexec', 'linux-pm']);
    facts = mails.flatMap(({ fact }) => fact ?? []);
  }, 240_000);

  it.each([
    ['as they are', false],
    ['with change-ids hidden', true],
  ])('%s', (name, hidden) => {
    const series = seriesOf(hidden ? facts.map((fact) => ({ ...fact, changeId: null })) : facts);
    const all = score(judged, series);
    const clear = score(
      judged.filter(({ doubtful }) => !doubtful),
      series,
    );
    for (const line of all.wrong) console.log(line);
    for (const [part, { made, wanted, both }] of Object.entries({ all, clear }))
      console.log(`${name}, ${part}: precision ${(both / made).toFixed(4)}, recall ${(both / wanted).toFixed(4)}`);
    // Most misses are from one doubtful series with 2,772 pairs, which the judge would rather join.
    expect(all.both / all.wanted).toBeGreaterThan(0.96);
    expect(all.both / all.made).toBeGreaterThan(0.995);
    expect(clear.both / clear.made).toBeGreaterThan(0.995);
    expect(clear.both / clear.wanted).toBeGreaterThan(0.97);
  });
});

/**
 * Random pairs that the program joined or separated, judged by reading: 60 joins of sets with different titles, and 60 pairs of mails
 * with the same author and title within half a year that were kept apart. `two`: separate works. `one`: versions of one work. `open`: a
 * patch that moved from one work to another, which is both. Joins are `[earlier, later]`.
 */
describe.skipIf(!ARCHIVES)('pairs judged by reading', () => {
  const pairs = JSON.parse(readFileSync(new URL('pairs.json', import.meta.url), 'utf8')) as {
    unlike: [string, string][];
    unjoined: [string, string, 'one' | 'two' | 'open'][];
  };
  let series: ReturnType<typeof seriesOf>;
  beforeAll(async () => {
    const mails = await readFacts(['linux-edac', 'kexec', 'linux-pm']);
    series = seriesOf(mails.flatMap(({ fact }) => fact ?? []));
  }, 240_000);
  const isJoined = ([a, b]: readonly string[]) => series.of.get(a as string) === series.of.get(b as string);

  it('joins works with different titles', () => {
    const lost = pairs.unlike.filter((pair) => !isJoined(pair));
    for (const [a, b] of lost) console.log('no longer joined:', a, b);
    console.log(`unlike titles: ${pairs.unlike.length - lost.length} of ${pairs.unlike.length} joined`);
    expect(pairs.unlike).toHaveLength(60);
    expect(lost).toHaveLength(0);
  });

  it('separates works with the same title, and joins most versions of one work', () => {
    const of = (truth: string) => pairs.unjoined.filter((pair) => pair[2] === truth);
    const wrong = of('two').filter(isJoined);
    const missed = of('one').filter((pair) => !isJoined(pair));
    for (const [a, b] of wrong) console.log('two works joined:', a, b);
    for (const [a, b] of missed) console.log('one work apart:', a, b);
    console.log(
      `one author and title: ${of('two').length} of two works, ${wrong.length} joined; ` +
        `${of('one').length} of one work, ${missed.length} apart; ${of('open').length} open`,
    );
    expect(pairs.unjoined).toHaveLength(60);
    expect(wrong).toHaveLength(0);
    expect(missed.length / of('one').length).toBeLessThan(0.4);
  });
});

/** Series by msgid, and the msgids of each series. */
function seriesOf(facts: PatchFact[]): { of: Map<string, number>; members: Map<number, string[]> } {
  const msgids = new Map(facts.map((fact) => [fact.id, fact.msgid]));
  const of = new Map<string, number>();
  const members = new Map<number, string[]>();
  for (const revision of linkSeries(facts)) {
    const ids = revision.members.map((id) => msgids.get(id) as string);
    for (const id of ids) of.set(id, revision.series);
    members.set(revision.series, [...(members.get(revision.series) ?? []), ...ids]);
  }
  return { of, members };
}

function score(works: Judged[], { of, members }: ReturnType<typeof seriesOf>) {
  const sum = { made: 0, wanted: 0, both: 0, wrong: [] as string[] };
  for (const { versions } of works) {
    const truth = new Set(versions.flatMap(([, ids]) => ids).filter((id) => of.has(id)));
    const size = new Map<number, number>();
    for (const id of truth) size.set(of.get(id) as number, (size.get(of.get(id) as number) ?? 0) + 1);
    const pairs = (n: number) => (n * (n - 1)) / 2;
    const wanted = pairs(truth.size);
    let [both, made] = [0, 0];
    for (const [series, own] of size) {
      const strangers = (members.get(series)?.length ?? own) - own;
      both += pairs(own);
      made += pairs(own) + own * strangers;
    }
    sum.wanted += wanted;
    sum.both += both;
    sum.made += made;
    if (both < wanted || both < made)
      sum.wrong.push(`${[...truth][0]}: ${wanted - both} pairs missed, ${made - both} too many`);
  }
  return sum;
}
