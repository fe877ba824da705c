/** The kind of a run of lines. An author's `own` words are 'text', 'trailers', 'signature', 'diffstat' and 'base'. */
export type SegmentKind =
  | 'text'
  | 'attribution'
  | 'quote'
  | 'signature'
  | 'trailers'
  | 'diffstat'
  | 'file'
  | 'hunk'
  | 'add'
  | 'del'
  | 'context'
  | 'binary'
  | 'base';

/** A run of lines of one kind; line numbers from 0, `end` exclusive. `depth` is only for quotes: 1 for `>`. */
export interface Segment {
  kind: SegmentKind;
  start: number;
  end: number;
  depth?: number;
}
