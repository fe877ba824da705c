/**
 * What may have become of a patch series: each state once. docs/STATES.md is checked against this list, the site's legend,
 * the search's `status:` and SQL take it from here.
 */
export interface State {
  id: string;
  name: string;
  meaning: string;
  /** What it takes to be said. */
  evidence: string;
  /** What ends it. */
  ends: string;
  /** How pages colour it: taken, gone, near, open. */
  tone: 'in' | 'out' | 'near' | 'open';
}

/**
 * Of so many series that were read and that the program gives this state, so many have it: [right, said] (tests/eval/verdicts.test.ts
 * holds these figures to the mails; decision 0071 says how they came about).
 */
export const JUDGED: Partial<Record<StateId, readonly [right: number, said: number]>> = {
  merged: [42, 42],
  applied: [134, 134],
  partlyApplied: [48, 49],
  refused: [12, 12],
  withdrawn: [14, 14],
  changesRequested: [176, 179],
  reviewed: [49, 57],
  copy: [28, 28],
};

/** What a legend says of it; empty where too few were read. */
export const judgedLine = (id: StateId): string => {
  const [right, said] = JUDGED[id] ?? [0, 0];
  return said === 0 ? '' : `Judged by reading: ${right} of ${said} right.`;
};

/** Days of silence, counted to the newest mail of the list, after which nobody is said to wait or to discuss any more. */
export const QUIET_DAYS = 90;

export const STATES = [
  {
    id: 'merged',
    name: 'merged',
    meaning: 'The newest version is in mainline or in a stable release.',
    evidence:
      'A commit of a repository given with --commits, pr-tracker-bot, a stable tree naming the commit upstream, or -mm saying that it was merged; for every patch.',
    ends: 'Another patch or commit that reverts it.',
    tone: 'in',
  },
  {
    id: 'applied',
    name: 'applied',
    meaning: 'Somebody who keeps a tree took every patch of the newest version.',
    evidence:
      'Their own words, a notice of the tree, patchwork-bot with commits, or -mm; never the words of the author of the patch, unless that author is known to keep a tree.',
    ends: 'A merge; the keeper dropping it; a revert.',
    tone: 'in',
  },
  {
    id: 'partlyApplied',
    name: 'partly applied',
    meaning: 'The same, of some patches of the newest version, or of all that the archive holds of a longer one.',
    evidence: 'As applied, for at least one patch and not for all.',
    ends: 'The other patches being taken, or a newer version.',
    tone: 'in',
  },
  {
    id: 'reverted',
    name: 'reverted',
    meaning: 'It was taken, and another patch or commit took it back.',
    evidence:
      'A commit that names the reverted one, or a patch titled Revert "..." of another series that changes the same files and was itself taken; nothing taken later.',
    ends: 'Being taken again, or a newer version.',
    tone: 'out',
  },
  {
    id: 'dropped',
    name: 'dropped',
    meaning: 'The keeper of a tree had taken it and took it out again.',
    evidence: 'Words of the person who had taken it, or of -mm.',
    ends: 'Being taken again, or a newer version.',
    tone: 'out',
  },
  {
    id: 'refused',
    name: 'refused',
    meaning: 'Somebody said no to the newest version as a whole.',
    evidence:
      'A NAK in the first person, Nacked-by:, or "I will not apply this"; not taken back later by the same person.',
    ends: 'The same person standing for it later; being taken; a newer version.',
    tone: 'out',
  },
  {
    id: 'withdrawn',
    name: 'withdrawn',
    meaning: 'Its author asks that it be ignored, or drops it.',
    evidence: "The author's own words.",
    ends: 'Being taken; a newer version.',
    tone: 'out',
  },
  {
    id: 'changesRequested',
    name: 'changes requested',
    meaning: 'Somebody asked for a change to the newest version.',
    evidence:
      'A request in a reply of somebody else: asked for, or, in answer to the patch itself, said to be needed or wrong; or whatever the author answers with the promise of a change. What its reader may leave out ("maybe", "nit") asks for nothing.',
    ends: 'The same person standing for it later; being taken; a newer version, which answers the request.',
    tone: 'out',
  },
  {
    id: 'reviewed',
    name: 'reviewed',
    meaning: 'Others stand for every patch of the newest version, and no mail says what became of it.',
    evidence: 'Reviewed-by: or Acked-by: of others, in replies or in the patches.',
    ends: 'Any of the above.',
    tone: 'near',
  },
  {
    id: 'underDiscussion',
    name: 'under discussion',
    meaning: `Others answered, and the last word is less than ${QUIET_DAYS} days older than the newest mail of the list.`,
    evidence: 'A reply of a person who is not the author.',
    ends: `A verdict, or ${QUIET_DAYS} days of silence.`,
    tone: 'open',
  },
  {
    id: 'wentQuiet',
    name: 'went quiet',
    meaning: 'Others answered, and then nobody said anything more.',
    evidence: `A reply of a person who is not the author, and ${QUIET_DAYS} days of silence since the last mail about it.`,
    ends: 'Another mail about it.',
    tone: 'open',
  },
  {
    id: 'waiting',
    name: 'waiting for review',
    meaning: `Posted to somebody in the last ${QUIET_DAYS} days of the list, and nobody answered yet.`,
    evidence:
      'The patches, and a person in To: or Cc: who is not their author, a robot or a list; not those of robots, of trees of releases, or of people who apply their own work.',
    ends: `An answer of a person, a newer version, or ${QUIET_DAYS} days of silence.`,
    tone: 'open',
  },
  {
    id: 'posted',
    name: 'posted',
    meaning: `Posted in the last ${QUIET_DAYS} days of the list, nobody answered, and nobody is waited for: the work of a robot or of somebody who applies it without a mail, or sent to lists alone.`,
    evidence: 'The patches.',
    ends: 'As waiting for review.',
    tone: 'open',
  },
  {
    id: 'noAnswer',
    name: 'no answer',
    meaning: `Nobody but its author and robots wrote of the newest version, and the list went on for ${QUIET_DAYS} days.`,
    evidence: 'The silence. What became of it is unknown.',
    ends: 'Another mail about it.',
    tone: 'open',
  },
  {
    id: 'copy',
    name: 'copy for stable',
    meaning: 'Patches that are in mainline, or meant for it, posted for a stable tree.',
    evidence: 'The subject ([PATCH 6.1], AUTOSEL), or the commit upstream that the mail names.',
    ends: 'Nothing.',
    tone: 'near',
  },
] as const satisfies readonly State[];

export type StateId = (typeof STATES)[number]['id'];

/** The name of a state, as pages, exports and SQL have it. */
export type StateName = (typeof STATES)[number]['name'];

/** Names by id, so that no other file spells them. */
export const STATE = Object.fromEntries(STATES.map(({ id, name }) => [id, name])) as {
  [K in StateId]: Extract<(typeof STATES)[number], { id: K }>['name'];
};

/** States of which no mail says how the work ended. */
export const UNSETTLED: readonly StateName[] = [
  STATE.changesRequested,
  STATE.reviewed,
  STATE.underDiscussion,
  STATE.wentQuiet,
  STATE.waiting,
  STATE.posted,
  STATE.noAnswer,
];

/** Why no mail may ever say what became of a series: its author applies their own work. Null where that is no reason, or it is known. */
export const outcomeUnknown = (isKeepers: boolean, status: string): string | null =>
  isKeepers && UNSETTLED.some((name) => name === status)
    ? 'Its author keeps a tree, and may have applied it without a mail.'
    : null;

/** The state of a name; null for another word. */
export function stateOf(name: string): State | null {
  return STATES.find((state) => state.name === name) ?? null;
}
