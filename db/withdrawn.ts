/** A mail that the operator withdrew. Stored as JSON in `meta`, since these are few and public. */
export interface Withdrawn {
  msgid: string;
  reason: string;
  /** Unix seconds. */
  at: number;
  /** The names of the lists that carried it. */
  lists: string[];
}

export const WITHDRAWN = `SELECT value FROM meta WHERE key = 'withdrawn'`;

export const parseWithdrawn = (value: string | undefined): Withdrawn[] => (value ? JSON.parse(value) : []);
