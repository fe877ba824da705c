/** A question that one page of the sample archive answers. */
export interface TourStop {
  question: string;
  /** A mail of the sample (samples/), and the view of it that has the answer. */
  msgid: string;
  view: 'thread' | 'digest';
}

/** The questions on the front page of the sample archive, for new readers. tests/e2e/walk.test.ts follows each link. */
export const TOUR: readonly TourStop[] = [
  {
    question: 'Who said no to counting errors by rank, and what became of it?',
    msgid: 'edac-rank.c1.kkrben.thandi@example.org',
    view: 'thread',
  },
  {
    question: 'Two machines crash when the log wraps: which change did it, and is it fixed?',
    msgid: 'ringlog.a.kklnk9.ivo.stepankovsky@example.org',
    view: 'thread',
  },
  {
    question: 'One way for all tools to stop a machine: what spoke against it?',
    msgid: 'stop.a.jrdwzl.mirela.danescu@example.org',
    view: 'digest',
  },
];
