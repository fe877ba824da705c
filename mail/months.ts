/** Ids per second (docs/decisions/0002). */
const PER_SECOND = 8;

/**
 * Names the month ('YYYY-MM', `letters` 7) or the year ('YYYY', 4) of ids, in UTC. Make one for each pass over ids: neighbours are mostly
 * of the same month, and a Date is made only when the month changes.
 */
export function monthNamer(letters: 4 | 7): (id: number) => string {
  let [name, from, to] = ['', 0, 0];
  return (id) => {
    if (id >= from && id < to) return name;
    const date = new Date((id / PER_SECOND) * 1000);
    const [year, month] = [date.getUTCFullYear(), letters === 4 ? 0 : date.getUTCMonth()];
    from = (Date.UTC(year, month) / 1000) * PER_SECOND;
    to = (Date.UTC(letters === 4 ? year + 1 : year, letters === 4 ? 0 : month + 1) / 1000) * PER_SECOND;
    name = date.toISOString().slice(0, letters);
    return name;
  };
}
