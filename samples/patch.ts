import type { Random } from './random';

/** One file of an invented patch: lines around the change, the removed lines and the added ones. */
export interface Change {
  path: string;
  /** First line of the hunk in the old file. */
  line: number;
  context: string;
  before: string[];
  removed: string[];
  added: string[];
  after: string[];
}

/** A unified diff as git writes it, with correct counts, a diffstat before it and git's signature after it. */
export function gitPatch(changes: Change[], random: Random): { stat: string; diff: string } {
  const width = Math.max(...changes.map(({ path }) => path.length));
  const lines = changes.map(
    ({ path, removed, added }) =>
      ` ${path.padEnd(width)} | ${removed.length + added.length} ${'+'.repeat(added.length)}${'-'.repeat(removed.length)}`,
  );
  const plus = changes.reduce((sum, { added }) => sum + added.length, 0);
  const minus = changes.reduce((sum, { removed }) => sum + removed.length, 0);
  const total = ` ${changes.length} file${changes.length === 1 ? '' : 's'} changed${plus ? `, ${plus} insertion${plus === 1 ? '' : 's'}(+)` : ''}${minus ? `, ${minus} deletion${minus === 1 ? '' : 's'}(-)` : ''}`;
  return { stat: [...lines, total].join('\n'), diff: changes.map((change) => fileDiff(change, random)).join('\n') };
}

function fileDiff({ path, line, context, before, removed, added, after }: Change, random: Random): string {
  const old = before.length + removed.length + after.length;
  const made = before.length + added.length + after.length;
  return [
    `diff --git a/${path} b/${path}`,
    `index ${random.hex(12)}..${random.hex(12)} 100644`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${line},${old} +${line},${made} @@ ${context}`,
    ...before.map((text) => ` ${text}`),
    ...removed.map((text) => `-${text}`),
    ...added.map((text) => `+${text}`),
    ...after.map((text) => ` ${text}`),
  ].join('\n');
}
