import type { Body } from '#mail/body';
import type { Claim, PatchKind } from '#mail/patch';
import type { Subject } from '#mail/subject';
import type { Trailer } from '#mail/trailer';
import type { Message } from '#mail/types';

export function claimsOf(_message: Message, _subject: Subject, _body: Body, _kind: PatchKind | null, _trailers: Trailer[]): Claim[] {
  return [];
}
