import { median, percentile } from './stats';

/** A table of results. Numbers are already formatted, so that Markdown and JSON agree. */
export interface Table {
  title: string;
  /** Sentences that say how it was measured. */
  notes: string[];
  columns: string[];
  rows: string[][];
}

/** The table in Markdown, also aligned in the source; columns of figures are right-aligned. */
export function markdownOf({ title, notes, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => columns.map((_, n) => (row[n] ?? '').replaceAll('|', '\\|')));
  const widths = columns.map((_, n) => Math.max(3, ...cells.map((row) => row[n]?.length ?? 0)));
  const right = columns.map((_, n) => rows.length > 0 && rows.every((row) => /^[~\d<–-]/.test(row[n] ?? '–')));
  const line = (row: string[]) =>
    `| ${row.map((cell, n) => (right[n] ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, n) => (right[n] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  const [head = [], ...body] = cells;
  const table = [line(head), rule, ...body.map(line)].join('\n');
  return [`### ${title}`, ...notes, table].join('\n\n');
}

/** Three significant digits: 12,345, 123, 12.3, 1.23. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

/** The median of the rounds, with minimum and maximum if there were several. */
export function spread(values: readonly number[], unit: (value: number) => string = figure): string {
  if (!values.length) return '–';
  const middle = unit(median(values));
  return values.length === 1 ? middle : `${middle} (${unit(percentile(values, 0))}–${unit(percentile(values, 1))})`;
}

export const megabytes = (bytes: number): string => `${figure(bytes / 1e6)} MB`;
export const kilobytes = (bytes: number): string => `${figure(bytes / 1e3)} kB`;
export const times = (ratio: number): string => (Number.isFinite(ratio) ? `${figure(ratio)}×` : '–');
