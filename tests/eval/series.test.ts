import { beforeAll, describe, expect, it } from 'vitest';
import { openCopies } from '../../db/write/outcomes.ts';
import { msgidOfLink } from '../../ingest/patch/claims.ts';
import { resolveByAuthor, resolveClaims } from '../../ingest/patch/index.ts';
import { linkSeries } from '../../ingest/patch/link.ts';
import { textKey } from '../../patch/fingerprint.ts';
import { CLAIM, CLAIM_SOURCE, PATCH_KIND, type PatchFact, SPOKEN, type StoredClaim } from '../../patch/kinds.ts';
import { titleKey } from '../../patch/subject.ts';
import { ARCHIVES } from '../archives.ts';
import { type EvalMail, readFacts } from './facts.ts';

// Evaluation against proof in the archives, which is hidden from the program. Prints every failure, for reading.
describe.skipIf(!ARCHIVES)('linking on real archives', () => {
  let mails: EvalMail[] = [];
  let facts: PatchFact[] = [];
  beforeAll(async () => {
    mails = await readFacts(['linux-edac', 'kexec', 'linux-pm']);
    facts = mails.flatMap(({ fact }) => fact ?? []);
  }, 240_000);

  it('series: pairs of mails in a series, with change-ids hidden', () => {
    const hidden = linkSeries(facts.map((fact) => ({ ...fact, changeId: null })));
    const byId = new Map(facts.map((fact) => [fact.id, fact]));
    const truth = new Map<number, string>();
    const series = new Map<number, number>();
    for (const { members, series: id } of hidden) {
      const changeId = members.map((member) => byId.get(member)?.changeId).find(Boolean);
      for (const member of members) {
        series.set(member, id);
        if (changeId) truth.set(member, changeId);
      }
    }
    const score = pairScore(
      [...truth.keys()],
      (id) => truth.get(id),
      (id) => series.get(id),
    );
    for (const [a, b] of score.failures) console.log('pair:', byId.get(a)?.msgid, byId.get(b)?.msgid);
    console.log(
      `change-ids: ${score.pairs} pairs, precision ${score.precision.toFixed(4)}, recall ${score.recall.toFixed(4)}`,
    );
    expect(score.precision).toBeGreaterThan(0.995);
    expect(score.recall).toBeGreaterThan(0.97);
  });

  it('applied: the patch of a tip mail or of a copy in a stable tree, with Link lines hidden', () => {
    const { found, claims } = linkedClaims(mails, facts);
    const series = new Map(linkSeries(facts).flatMap((one) => one.members.map((id) => [id, one.series] as const)));
    const revisions = new Map(linkSeries(facts).flatMap((one) => one.members.map((id) => [id, one.id] as const)));
    const outcomes = resolveClaims(claims, facts, (id) => revisions.get(id) ?? null);
    outcomes.push(...resolveByAuthor(openCopies(claims, outcomes), facts, new Set()));
    for (const source of [CLAIM_SOURCE.tip, CLAIM_SOURCE.stable]) {
      // A maintainer may link one version and apply the next, so "other version" is right about the work, though not about the mail.
      // The same is true of a later posting with exactly the applied change (patch_id).
      const counts = { right: 0, otherVersion: 0, wrong: 0, missed: 0 };
      for (const [evidence, truth] of found) {
        if (truth.source !== source) continue;
        const named = outcomes
          .filter((one) => one.evidence === evidence && one.source === source)
          .map((one) => one.patch);
        const works = new Set([...truth.patches].map((id) => series.get(id)));
        const isRight = named.every((id) => truth.patches.has(id));
        const self = facts.find((fact) => fact.id === evidence);
        const isSame = (id: number) => facts.find((fact) => fact.id === id)?.patchId === self?.patchId;
        const isWork = named.every((id) => works.has(series.get(id)) || isSame(id));
        const verdict = named.length === 0 ? 'missed' : isRight ? 'right' : isWork ? 'otherVersion' : 'wrong';
        counts[verdict]++;
        if (verdict !== 'right') console.log(verdict, facts.find((fact) => fact.id === evidence)?.msgid);
      }
      const work = counts.right + counts.otherVersion;
      const precision = work / (work + counts.wrong);
      const recall = work / (work + counts.wrong + counts.missed);
      const exact = counts.right / (work + counts.wrong);
      console.log(
        `${source === CLAIM_SOURCE.tip ? 'tip' : 'stable'}: ${JSON.stringify(counts)} precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, of that very version ${exact.toFixed(3)}`,
      );
      expect(precision).toBeGreaterThan(0.99);
      expect(recall).toBeGreaterThan(0.945);
    }
  });
});

function pairScore(ids: number[], truth: (id: number) => unknown, given: (id: number) => unknown) {
  const failures: [number, number][] = [];
  let both = 0;
  let wanted = 0;
  let made = 0;
  for (let i = 0; i < ids.length; i++) {
    for (let j = i + 1; j < ids.length; j++) {
      const [a, b] = [ids[i] as number, ids[j] as number];
      const isTrue = truth(a) === truth(b);
      const isGiven = given(a) === given(b);
      if (isTrue) wanted++;
      if (isGiven) made++;
      if (isTrue && isGiven) both++;
      else if (isTrue !== isGiven) failures.push([a, b]);
    }
  }
  return { pairs: wanted, precision: both / made, recall: both / wanted, failures: failures.slice(0, 20) };
}

/** Claims of tip mails and stable copies without their Link, and the patches that the Link names. */
function linkedClaims(mails: EvalMail[], facts: PatchFact[]) {
  const byMsgid = new Map(facts.map((fact) => [fact.msgid, fact]));
  const targets = new Set<number>([PATCH_KIND.patch, PATCH_KIND.cover, PATCH_KIND.pull, PATCH_KIND.stable]);
  const found = new Map<number, { patches: Set<number>; source: number }>();
  const claims: StoredClaim[] = [];
  for (const { message, facts: own, fact } of mails) {
    const evidence = fact?.id ?? message.sentAt * 8 + 7;
    const answered = message.references.findLast((ref) => targets.has(byMsgid.get(ref)?.kind ?? 0));
    const parent = answered === undefined ? null : (byMsgid.get(answered)?.id ?? null);
    for (const claim of own.claims) {
      const key = claim.title === null || SPOKEN.includes(claim.source) ? null : textKey(titleKey(claim.title));
      claims.push({ ...claim, msgid: null, evidence, titleKey: key, parent, isDirect: false, self: fact });
      const isJudged = claim.source === CLAIM_SOURCE.tip || claim.kind === CLAIM.upstream;
      const links = own.trailers
        .filter((trailer) => trailer.key === 'Link')
        .map((trailer) => byMsgid.get(msgidOfLink(trailer.value) ?? ''));
      const patches = links.flatMap((link) =>
        link?.kind === PATCH_KIND.patch && link.id !== evidence ? [link.id] : [],
      );
      if (isJudged && patches.length > 0) found.set(evidence, { patches: new Set(patches), source: claim.source });
    }
  }
  return { found, claims };
}
