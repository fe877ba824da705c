import { timeOf } from '#mail/ids';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const LEFT = 36;
const CELL = 24;

/** Mails by weekday and hour, in the time zone of each mail; a cell's square grows with its count. */
export function Week({ mails, title }: { mails: { id: number; zone: number | null }[]; title: string }) {
  const counts = weekOf(mails);
  const most = Math.max(1, ...counts);
  return (
    <figure className="picture week">
      <svg
        viewBox={`0 0 ${LEFT + 24 * CELL} ${7 * CELL + 18}`}
        role="img"
        aria-labelledby="week"
        aria-describedby="week-d"
      >
        <title id="week">{title}</title>
        <desc id="week-d">{inWords(counts)}</desc>
        {DAYS.map((day, d) => (
          <text key={day} x={0} y={d * CELL + 16}>
            {day}
          </text>
        ))}
        {counts.map((count, n) => {
          const side = Math.round((CELL - 4) * Math.sqrt(count / most) * 10) / 10;
          const [d, hour] = [Math.floor(n / 24), n % 24];
          return count ? (
            <rect
              key={n}
              className="c0"
              x={LEFT + hour * CELL + (CELL - side) / 2}
              y={d * CELL + (CELL - side) / 2}
              width={side}
              height={side}
            >
              <title>{`${DAYS[d]} ${hour}:00 to ${hour}:59: ${count}`}</title>
            </rect>
          ) : null;
        })}
        {[0, 6, 12, 18].map((hour) => (
          <text key={hour} x={LEFT + hour * CELL} y={7 * CELL + 14}>
            {hour}:00
          </text>
        ))}
      </svg>
    </figure>
  );
}

/** Counts of 7 days (Monday first) by 24 hours. */
function weekOf(mails: { id: number; zone: number | null }[]): number[] {
  const counts = new Array<number>(7 * 24).fill(0);
  for (const { id, zone } of mails) {
    const local = new Date((timeOf(id) + (zone ?? 0) * 60) * 1000);
    const n = ((local.getUTCDay() + 6) % 7) * 24 + local.getUTCHours();
    counts[n] = (counts[n] ?? 0) + 1;
  }
  return counts;
}

function inWords(counts: number[]): string {
  const sum = (from: number, to: number) => counts.slice(from, to).reduce((all, count) => all + count, 0);
  return DAYS.map((day, d) => `${day} ${sum(d * 24, d * 24 + 24)}`).join(', ');
}
