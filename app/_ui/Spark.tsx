/** The months that the small charts of all lists of a page share. A cell is a month, or a quarter if there are many months. */
export interface Axis {
  /** 'YYYY-MM' of the first month, and the year and month as one number. */
  from: string;
  first: number;
  months: number;
  /** Months of a cell. */
  cell: number;
}

const MOST_MONTHS = 120;
const MOST_CELLS = 40;
const WIDTH = 120;
const HEIGHT = 20;

/** From the oldest to the newest moment of the archive (Unix seconds), at most ten years. All lists share it, so a list that ended early shows an empty end. */
export function axisOf(oldest: number, newest: number): Axis {
  const last = monthNumber(newest);
  const months = Math.min(MOST_MONTHS, last - monthNumber(oldest) + 1);
  const cell = months > MOST_CELLS ? 3 : 1;
  const first = last - Math.ceil(months / cell) * cell + 1;
  return { from: monthName(first), first, months: last - first + 1, cell };
}

const monthNumber = (seconds: number) => {
  const date = new Date(seconds * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};
const monthName = (n: number) => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`;

/** A list's activity as a line of bars; `months`: postings by 'YYYY-MM'. */
export function Spark({ axis, months }: { axis: Axis; months: Record<string, number> }) {
  const cells = new Array<number>(axis.months / axis.cell).fill(0);
  for (const [month, count] of Object.entries(months)) {
    const at = Math.floor((Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 - axis.first) / axis.cell);
    if (at >= 0 && at < cells.length) cells[at] = (cells[at] ?? 0) + count;
  }
  const most = Math.max(...cells);
  const step = WIDTH / cells.length;
  const bars = cells.map((count, n) => {
    const height = Math.max(1, Math.round((count / most) * HEIGHT));
    return count ? `M${Math.round(n * step * 10) / 10} ${HEIGHT}v-${height}` : '';
  });
  const words = most
    ? `Mails by ${axis.cell === 3 ? 'quarter' : 'month'} since ${axis.from}, ${most} at most`
    : `No mail since ${axis.from}`;
  return (
    <svg className="spark" viewBox={`${-step / 2} 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
      <path d={`M${-step / 2} ${HEIGHT}h${WIDTH}`} />
      <path d={bars.join('')} strokeWidth={Math.round(step * 0.8 * 10) / 10} />
    </svg>
  );
}
