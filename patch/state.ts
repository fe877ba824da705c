/**
 * All states of patch series. The site's legend, the search's `status:` and SQL use this list, and a test compares docs/STATES.md
 * with it.
 */
export interface State {
  id: string;
  name: string;
  meaning: string;
  /** The evidence that it needs. */
  evidence: string;
  /** What ends it. */
  ends: string;
  /** Its colour on pages: taken, gone, near, open. */
  tone: 'in' | 'out' | 'near' | 'open';
  /** No mail says how the work ended. */
  isUnsettled?: true;
}

/**
 * How many of the judged series that have this state according to the program really have it: [right, said]. Judged by reading
 * (decision 0075); tests/eval/verdicts.test.ts checks these figures against the mails.
 */
export const JUDGED: Partial<Record<StateId, readonly [right: number, said: number]>> = {
  merged: [47, 47],
  applied: [174, 174],
  partlyApplied: [68, 69],
  refused: [14, 14],
  withdrawn: [18, 18],
  changesRequested: [282, 287],
  reviewed: [74, 83],
  copy: [28, 28],
};

/** The line for the legend; empty if no series was judged. */
export const judgedLine = (id: StateId): string => {
  const [right, said] = JUDGED[id] ?? [0, 0];
  return said === 0 ? '' : `Judged by reading: ${right} of ${said} right.`;
};

/** Days of silence before the list's newest mail after which a series is no longer waiting or under discussion. */
export const QUIET_DAYS = 90;

export const STATES = [
  {
    id: 'merged',
    name: 'merged',
    meaning: 'The newest version is in mainline or in a stable release.',
    evidence:
      'For every patch: a commit of a repository given with --commits, a mail of pr-tracker-bot, a copy in a stable tree that names the upstream commit, or a mail of -mm that says it was merged.',
    ends: 'Another patch or commit that reverts it.',
    tone: 'in',
  },
  {
    id: 'applied',
    name: 'applied',
    meaning: 'Somebody who keeps a tree took every patch of the newest version.',
    evidence:
      "That person's words, a notice of the tree, patchwork-bot with commits, or -mm; the words of the patch's author only if the author is known to keep a tree.",
    ends: 'A merge, a revert, or its removal by the keeper.',
    tone: 'in',
  },
  {
    id: 'partlyApplied',
    name: 'partly applied',
    meaning: 'Somebody who keeps a tree took some patches of the newest version, or all of those that the archive has.',
    evidence: 'As for applied, for at least one patch but not for all.',
    ends: 'The other patches are taken, or a newer version is posted.',
    tone: 'in',
  },
  {
    id: 'reverted',
    name: 'reverted',
    meaning: 'It was taken, and another patch or commit reverted it.',
    evidence:
      'A commit that names the reverted one, or a patch of another series that is titled Revert "...", changes the same files and was itself taken; and nothing taken later.',
    ends: 'It is taken again, or a newer version is posted.',
    tone: 'out',
  },
  {
    id: 'dropped',
    name: 'dropped',
    meaning: 'The keeper of a tree took it and later removed it.',
    evidence: 'The words of the person who had taken it, or a mail of -mm.',
    ends: 'It is taken again, or a newer version is posted.',
    tone: 'out',
  },
  {
    id: 'refused',
    name: 'refused',
    meaning: 'Somebody said no to the newest version as a whole.',
    evidence:
      'A NAK in the first person, Nacked-by:, or "I will not apply this", not taken back later by the same person.',
    ends: 'The same person approves it later, it is taken, or a newer version is posted.',
    tone: 'out',
  },
  {
    id: 'withdrawn',
    name: 'withdrawn',
    meaning: 'Its author asks to ignore it, or drops it.',
    evidence: "The author's own words.",
    ends: 'It is taken, or a newer version is posted.',
    tone: 'out',
  },
  {
    id: 'changesRequested',
    name: 'changes requested',
    meaning: 'Somebody asked for a change to the newest version.',
    evidence: `Somebody else's reply asks for a change, or, if it answers the patch directly, says that something is needed or wrong; or the author promises a change in answer to a reply. Optional remarks ("maybe", "nit") do not count.`,
    ends: 'The same person approves it later, it is taken, or a newer version is posted, which answers the request.',
    tone: 'out',
    isUnsettled: true,
  },
  {
    id: 'reviewed',
    name: 'reviewed',
    meaning: 'Others reviewed or acked every patch of the newest version, and no mail reports the outcome.',
    evidence: 'Reviewed-by: or Acked-by: from others, in replies or in the patches.',
    ends: 'Any of the above.',
    tone: 'near',
    isUnsettled: true,
  },
  {
    id: 'underDiscussion',
    name: 'under discussion',
    meaning: `Others answered, and the last mail about it is less than ${QUIET_DAYS} days older than the list's newest mail.`,
    evidence: 'A reply of a person who is not the author.',
    ends: `A verdict, or ${QUIET_DAYS} days of silence.`,
    tone: 'open',
    isUnsettled: true,
  },
  {
    id: 'wentQuiet',
    name: 'went quiet',
    meaning: 'Others answered, and then nobody wrote about it any more.',
    evidence: `A reply of a person who is not the author, and ${QUIET_DAYS} days of silence since the last mail about it.`,
    ends: 'Another mail about it.',
    tone: 'open',
    isUnsettled: true,
  },
  {
    id: 'waiting',
    name: 'waiting for review',
    meaning: `Sent to a person in the last ${QUIET_DAYS} days of the list, and nobody has answered yet.`,
    evidence:
      'The patches, and a person in To: or Cc: who is not their author, a robot or a list. Not for patches of robots, of release trees, or of people who apply their own work.',
    ends: `A person's answer, a newer version, or ${QUIET_DAYS} days of silence.`,
    tone: 'open',
    isUnsettled: true,
  },
  {
    id: 'posted',
    name: 'posted',
    meaning: `Posted in the last ${QUIET_DAYS} days of the list without an answer, and no answer is expected: it is the work of a robot or of somebody who applies it without a mail, or was only sent to lists.`,
    evidence: 'The patches.',
    ends: 'As for waiting for review.',
    tone: 'open',
    isUnsettled: true,
  },
  {
    id: 'noAnswer',
    name: 'no answer',
    meaning: `Only its author and robots wrote about the newest version, and the list continued for ${QUIET_DAYS} days.`,
    evidence: 'The silence. The outcome is unknown.',
    ends: 'Another mail about it.',
    tone: 'open',
    isUnsettled: true,
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

/** The name of a state on pages, in exports and in SQL. */
export type StateName = (typeof STATES)[number]['name'];

/** Names by id, so that no other file spells them out. */
export const STATE = Object.fromEntries(STATES.map(({ id, name }) => [id, name])) as {
  [K in StateId]: Extract<(typeof STATES)[number], { id: K }>['name'];
};

/** Whether a state means that no mail says how the work ended. */
export const isUnsettled = (status: string): boolean => stateOf(status)?.isUnsettled === true;

/** Why perhaps no mail will ever report the outcome: the author applies their own work. Null if that does not apply, or the outcome is known. */
export const outcomeUnknown = (isKeepers: boolean, status: string): string | null =>
  isKeepers && isUnsettled(status) ? 'Its author keeps a tree, and may have applied it without a mail.' : null;

/** The state with this name; null for any other word. */
export function stateOf(name: string): State | null {
  return STATES.find((state) => state.name === name) ?? null;
}
