/** A condition that a list (null: any) carried a message; `id` is a column, `list` a parameter. */
export const CARRIED = (id: string, list: string) =>
  `(${list} IS NULL OR EXISTS (SELECT 1 FROM posting cp WHERE cp.list_id = ${list} AND cp.message_id = ${id}))`;
