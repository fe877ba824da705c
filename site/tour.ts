/** A question that one page of the sample archive answers. */
export interface TourStop {
  question: string;
  /** Mail of the sample (samples/), and which view of it answers. */
  msgid: string;
  view: 'thread' | 'digest';
}

/** What a new reader is led to on the front page of the sample archive. tests/e2e/walk.test.ts takes each way. */
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
