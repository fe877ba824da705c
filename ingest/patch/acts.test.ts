import { describe, expect, it } from 'vitest';
import { actOf } from './acts';

const read = (sentence: string) => {
  const act = actOf(sentence);
  return act ? `${act.kind}${act.isPlain ? '' : '?'} ${act.scope ?? '-'}` : 'none';
};

// `?`: counts only from somebody known to keep a tree. Invented sentences.
const SENTENCES: [string, string][] = [
  ['Applied, thanks.', 'applied -'],
  ['Ok, both patches applied.', 'applied all'],
  ['All patches in the series applied, thanks!', 'applied all'],
  ['Applied with minor edits in the changelog.', 'applied -'],
  ['Applied under a new subject, thanks.', 'applied -'],
  ['Applied then.', 'applied -'],
  ['Applied to pets/next, thanks.', 'applied -'],
  ['Applied patches 2 and 3 for 5.6.', 'applied 2 3'],
  ['First two applied.', 'applied 1-2'],
  ['I applied the rest to my tree.', 'applied rest'],
  ['Applied this patch to pet-next, thanks', 'applied one'],
  ['Sure, applied.', 'applied -'],
  ['Fixed up and applied.', 'applied -'],
  ['Queued for 5.9.', 'queued -'],
  ['Both queued.', 'queued all'],
  ['Queued up to here.', 'queued upto'],
  ["I've added the patch to my tree.", 'applied? -'],
  ['I have applied this.', 'applied? -'],
  ["I'll queue this up for 5.4-rc2.", 'queued? -'],
  ['Applying as a fix for 5.4, thanks!', 'queued? -'],
  ['I applied your patches to master and verified them.', 'none'],
  ['I applied your patch and it does not build.', 'asked? -'],
  ['I applied this on top of v5.6 and it boots.', 'none'],
  ['Applied locally.', 'none'],
  ['With this patch applied, the board hangs.', 'none'],
  ['After my patch is applied the irq is masked.', 'none'],
  ['A similar patch has been applied.', 'none'],
  ['If nobody objects, I will apply it.', 'none'],
  ['I will queue it later.', 'none'],
  ['Can this be applied?', 'none'],
  ['"Applied, thanks."', 'none'],
  ['- Applied the comments of Bea', 'none'],
  ['This patch series was applied (using b4) to base:', 'none'],
  ['Taken together, these are a lot.', 'none'],
  ['Merged this one into 1/5.', 'none'],
  ['NAK.', 'refused -'],
  ['So NAK from me on the interface.', 'refused -'],
  ["No, I'm not going to apply this patch.", 'refused one'],
  ['The device sends a NAK bit on i2c.', 'none'],
  ['Is that a NAK?', 'none'],
  ['I would NAK that.', 'none'],
  ['Please ignore this patch.', 'withdrawn one'],
  ['Please disregard this series, there is a simpler way.', 'withdrawn all'],
  ['Self-NAK.', 'refused -'],
  ['Drop.', 'none'],
  ['Is compatible?', 'none'],
  ['Then this is redundant.', 'asked? -'],
  ['Please split this into two patches.', 'asked -'],
  ['Could you please rename the function?', 'asked -'],
  ['Please let me know what you think.', 'none'],
  ['Please apply.', 'none'],
  ['Will fix in v3.', 'gaveIn -'],
  ["Good catch, I'll change it.", 'gaveIn -'],
  ['If you prefer, I will change it.', 'none'],
  ['Looks good to me now.', 'tookBack -'],
];

describe('acts', () => {
  it.each(SENTENCES)('%s', (sentence, reading) => {
    expect(read(sentence)).toBe(reading);
  });
});
