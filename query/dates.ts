import { parseDate } from '#mail/date';

const DAY = 86_400;
const UNITS: Record<string, number> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: DAY,
  week: 7 * DAY,
  fortnight: 14 * DAY,
};

/** The span that one end of a date range covers, in Unix seconds: [first, one past the last]. Null if it is not a date. */
export function dateSpan(text: string, now: number): [number, number] | null {
  return (
    epochSeconds(text) ??
    digits(text) ??
    dashed(text) ??
    relative(text.toLowerCase().replace(/[._]+/g, ' ').trim(), now) ??
    written(text)
  );
}

/** `1704067200`: Unix seconds, as in git's approxidate and liblore's `rt:`. Shorter numbers are dates. */
const epochSeconds = (text: string): [number, number] | null =>
  /^\d{9,11}$/.test(text) ? [Number(text), Number(text) + 1] : null;

const utc = (year: string, month: string, day: string) => {
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000;
  return new Date(at * 1000).getUTCDate() === Number(day) && Number(month) >= 1 && Number(month) <= 12 ? at : null;
};

/** `2022`, `202201`, `20220131`, `20220131120000`. */
function digits(text: string): [number, number] | null {
  const found = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\d{2})(\d{2}))?)?)?$/.exec(text);
  if (!found) return null;
  const [, year = '', month, day, hour, minute, second] = found;
  if (Number(year) < 1970 || Number(year) > 9999) return null;
  if (!month) return [Date.UTC(Number(year), 0) / 1000, Date.UTC(Number(year) + 1, 0) / 1000];
  if (!day)
    return Number(month) < 1 || Number(month) > 12
      ? null
      : [Date.UTC(Number(year), Number(month) - 1) / 1000, Date.UTC(Number(year), Number(month)) / 1000];
  const at = utc(year, month, day);
  if (at === null) return null;
  if (!hour) return [at, at + DAY];
  const moment = at + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return [moment, moment + 1];
}

function dashed(text: string): [number, number] | null {
  const found = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$/.exec(text);
  if (!found) return null;
  const [, year = '', month = '', day] = found;
  if (!day) return digits(`${year}${month.padStart(2, '0')}`);
  return digits(`${year}${month.padStart(2, '0')}${day.padStart(2, '0')}`);
}

const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The part of git's approxidate that people use in searches: `yesterday`, `2 weeks ago`, `last year`, `last friday`. */
function relative(text: string, now: number): [number, number] | null {
  if (text === 'now') return [now, now + 1];
  const today = Math.floor(now / DAY) * DAY;
  if (text === 'today') return [today, today + DAY];
  if (text === 'yesterday') return [today - DAY, today];
  const ago = /^(last|(?:a|an|\d{1,5}|[a-z]+))\s+([a-z]+?)s?(?:\s+ago)?$/.exec(text);
  if (!ago) return null;
  const [, amount = '', unit = ''] = ago;
  const count =
    amount === 'last' || amount === 'a' || amount === 'an'
      ? 1
      : /^\d/.test(amount)
        ? Number(amount)
        : NUMBERS.indexOf(amount);
  if (count < 0) return null;
  const weekday = WEEKDAYS.findIndex((name) => name.startsWith(unit) && unit.length >= 3);
  if (amount === 'last' && weekday >= 0) {
    const back = ((new Date(today * 1000).getUTCDay() - weekday + 6) % 7) + 1;
    return [today - back * DAY, today - (back - 1) * DAY];
  }
  const at = before(now, count, unit);
  return at === null ? null : [at, at + 1];
}

function before(now: number, count: number, unit: string): number | null {
  const size = UNITS[unit];
  if (size) return Math.max(0, now - count * size);
  const date = new Date(now * 1000);
  if (unit === 'month') date.setUTCMonth(date.getUTCMonth() - count);
  else if (unit === 'year') date.setUTCFullYear(date.getUTCFullYear() - count);
  else return null;
  return Math.max(0, Math.floor(date.getTime() / 1000));
}

function written(text: string): [number, number] | null {
  const date = parseDate(text.replace(/_/g, ' '));
  return date ? [date.at, date.at + DAY] : null;
}

/** `from..to`, either end optional, or a single date; in Unix seconds, `to` exclusive. Null if an end is not a date. */
export function dateRange(text: string, now: number): { from: number | null; to: number | null } | null {
  const dots = text.indexOf('..');
  if (dots < 0) {
    const span = dateSpan(text, now);
    return span && { from: span[0], to: span[1] };
  }
  const [first, last] = [text.slice(0, dots), text.slice(dots + 2).replace(/^\.+/, '')];
  const from = first === '' ? null : dateSpan(first, now);
  const to = last === '' ? null : dateSpan(last, now);
  if ((first !== '' && from === null) || (last !== '' && to === null)) return null;
  return { from: from?.[0] ?? null, to: to?.[1] ?? null };
}
