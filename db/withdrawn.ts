/** What the operator withdrew; kept as JSON in `meta`, for it is little, and public. */
export interface Withdrawn {
  msgid: string;
  reason: string;
  /** Unix seconds. */
  at: number;
  /** Names of the lists that had carried it. */
  lists: string[];
}

export const WITHDRAWN = `SELECT value FROM meta WHERE key = 'withdrawn'`;

export const parseWithdrawn = (value: string | undefined): Withdrawn[] => (value ? JSON.parse(value) : []);
