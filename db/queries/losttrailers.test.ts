import { describe, expect, it } from 'vitest';
import { markLost } from './losttrailers';
import type { PatchLine, RevisionDetail, TrailerLine } from './revisions';

const trailer = (key: string, person: string, messageId: number): TrailerLine => ({
  key,
  name: `${person} Example`,
  address: `${person.toLowerCase()}@example.org`,
  value: null,
  msgid: `${messageId}@x`,
  message_id: messageId,
  forAll: false,
  sender: '',
  sender_address: '',
  said: 'own' as const,
});

const revision = (id: number, previous: number | null, trailers: TrailerLine[]): RevisionDetail => {
  const patch = { id, titleKey: 7, isCover: false, trailers, lost: [] } as unknown as PatchLine;
  return { id, previous, isResend: false, patches: [patch] } as unknown as RevisionDetail;
};

function lost(before: TrailerLine[], now: TrailerLine[]): string[] {
  const revisions = [revision(100, null, before), revision(200, 100, now)];
  markLost(revisions);
  return revisions[1]?.patches[0]?.lost.map(({ key, name }) => `${key} ${name}`) ?? [];
}

describe('trailers lost from the version before', () => {
  it('were given before this version was posted, and are not in its mail', () => {
    expect(lost([trailer('Reviewed-by', 'Bea', 150)], [trailer('Signed-off-by', 'Ada', 200)])).toEqual([
      'Reviewed-by Bea Example',
    ]);
  });

  it.each([
    ['given after the next version was posted', [trailer('Reviewed-by', 'Bea', 250)], []],
    ['carried over', [trailer('Reviewed-by', 'Bea', 150)], [trailer('Reviewed-by', 'Bea', 200)]],
    ['another tag of the same person', [trailer('Reviewed-by', 'Bea', 150)], [trailer('Acked-by', 'Bea', 200)]],
    ['of somebody who signs now', [trailer('Acked-by', 'Bea', 150)], [trailer('Signed-off-by', 'Bea', 200)]],
    ['given again in a reply', [trailer('Reviewed-by', 'Bea', 150)], [trailer('Reviewed-by', 'Bea', 260)]],
    ['a refusal', [trailer('Nacked-by', 'Bea', 150)], []],
    ['a refusal, spelt otherwise', [trailer('Nak-by', 'Bea', 150)], []],
  ])('not: %s', (_, before, now) => expect(lost(before, now)).toEqual([]));

  it('name a person once, whatever the tags and addresses', () => {
    const again = { ...trailer('Tested-by', 'Bea', 160), address: 'bea@other.example.org' };
    expect(lost([trailer('Reviewed-by', 'Bea', 150), again], [])).toEqual(['Reviewed-by Bea Example']);
    expect(lost([again], [trailer('Tested-by', 'Bea', 200)])).toEqual([]);
  });
});
