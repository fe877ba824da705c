import type { DateNote } from './types';

export interface MailDate {
  /** Unix seconds, UTC. */
  at: number;
  /** Minutes east of UTC; null if not given. */
  zone: number | null;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Named zones (RFC 5322 4.3), in minutes east of UTC. Military letters are ignored, as the RFC says. */
const ZONES = new Map(
  (
    [
      [-600, 'hst'],
      [-540, 'akst'],
      [-480, 'pst akdt'],
      [-420, 'mst pdt'],
      [-360, 'cst mdt'],
      [-300, 'est cdt'],
      [-240, 'edt'],
      [0, 'ut utc gmt z wet'],
      [60, 'bst west cet met mez'],
      [120, 'cest mest mesz eet'],
      [180, 'eest msk'],
      [240, 'msd'],
      [540, 'jst kst'],
      [600, 'aest'],
      [660, 'aedt'],
      [720, 'nzst'],
      [780, 'nzdt'],
    ] as const
  ).flatMap(([minutes, names]) => names.split(' ').map((name) => [name, minutes] as const)),
);

/** `Mon, 2 Jan 2006 15:04:05 -0700` and variants: without day name or seconds, with `/` or `-` as separators, with a two-digit year. */
const USUAL =
  /(?:^|[\s,])(\d{1,2})[\s/-]+([A-Za-z]{3})[A-Za-z.]*[\s/-]+(19\d{3}|\d{2,4})\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{1,2}))?(?:\.\d+)?\s*(.{0,40})/;
/** asctime: `Mon Jan  2 15:04:05 2006`, with the zone before or after the year, or none. */
const ASCTIME =
  /([A-Za-z]{3})[A-Za-z.]*\s+(\d{1,2}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([A-Za-z]{1,5}|[+-]\d{4})?\s+(19\d{3}|\d{4})\s*(.{0,40})/;
/** ISO 8601. */
const ISO = /(\d{4})-(\d{2})-(\d{2})[T\s]+(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(.{0,40})/;

/** Parses a `Date:` in any form that mailers use (RFC 5322 3.3, 4.3; RFC 850; asctime; ISO 8601); null if it is not a date. */
export function parseDate(value: string): MailDate | null {
  const text = value.length > 200 ? value.slice(0, 200) : value;
  return parseUsual(text) ?? parseOther(text);
}

function parseUsual(text: string): MailDate | null {
  const usual = USUAL.exec(text);
  if (usual) {
    const [, day, month, year, hour, minute, second, zone = ''] = usual;
    return compose(year, MONTHS.indexOf((month as string).toLowerCase()), day, hour, minute, second, zone);
  }
  const asctime = ASCTIME.exec(text);
  if (asctime) {
    const [, month, day, hour, minute, second, before, year, after] = asctime;
    return compose(
      year,
      MONTHS.indexOf((month as string).toLowerCase()),
      day,
      hour,
      minute,
      second,
      before ?? after ?? '',
    );
  }
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, month, day, hour, minute, second, zone = ''] = iso;
    return compose(year, Number(month) - 1, day, hour, minute, second, zone);
  }
  return null;
}

/** Beginnings of the names of months in other languages, January first, without accents; the longest match counts. */
const FOREIGN_MONTHS = [
  'jan gen ene sty led tam oca янв',
  'feb fev fbr lut uno hel sub фев',
  'mar mrz mrt maa bre мар',
  'apr avr abr kwi dub huh nis апр',
  'may mai mei maj mag kve tou маи мая',
  'jun juin giu cze cvn cerven kes haz июн',
  'jul juil lug lip cvc cervenec hei tem июл',
  'aug aou ago sie srp elo avg авг',
  'sep set sze wrz zar syy eyl сен',
  'oct okt out ott paz rij lok eki окт',
  'nov lis marras kas ноя',
  'dec dez dic des gru pro jou ara дек',
]
  .flatMap((beginnings, month) => beginnings.split(' ').map((beginning) => [beginning, month] as const))
  .sort(([a], [b]) => b.length - a.length);

const monthOf = (word: string) => FOREIGN_MONTHS.find(([beginning]) => word.startsWith(beginning))?.[1] ?? -1;

const CLOCK =
  '(?:[\\s,]+(?:at |um |kl\\.? |a las )?(\\d{1,2})[:.h](\\d{2})(?:[:.](\\d{1,2}))?(?:\\.\\d{1,9})?\\s*(.{0,40}))?';
/** `17 mai 2005`, `3. févr. 2010`, `4 de mayo de 2010`. */
const DAY_FIRST = new RegExp(
  `(?:^|[\\s,])(\\d{1,2})\\.?[\\s/-]+(?:de )?(\\p{L}{3,12})\\.?[\\s/-]+(?:de )?(\\d{2,4})(?!\\d|:)${CLOCK}`,
  'u',
);
/** `jue ago 30 13:55:12 2007`. */
const FOREIGN_ASCTIME =
  /(\p{L}{3,12})\.?\s+(\d{1,2}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]{1,5}|[+-]\d{4})?\s+(\d{4})/u;
/** `January 31, 1999 10:00 PM`. */
const MONTH_FIRST = new RegExp(`(\\p{L}{3,12})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})(?!\\d)${CLOCK}`, 'u');
/** `1999/01/31`, `1999-01-31`, `2010年5月4日`. */
const YEAR_FIRST = new RegExp(`(?:^|[\\s,])(\\d{4})[/.年-]\\s?(\\d{1,2})[/.月-]\\s?(\\d{1,2})日?(?!\\d)${CLOCK}`, 'u');
/** `5/17/2005 12:31 PM`, `17.05.2005 12:31`, `17.05.05`. */
const NUMBERS = new RegExp(`(?:^|[\\s,])(\\d{1,2})([/.-])(\\d{1,2})[/.-](\\d{4}|\\d{2})(?!\\d)${CLOCK}`, 'u');

/** Parses dates in no RFC's form: months in other languages, numbers only. Without a time of day, midnight. */
function parseOther(value: string): MailDate | null {
  const text = value
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '');
  const day = DAY_FIRST.exec(text);
  if (day)
    return composeDay(day[3], monthOf(day[2] as string), day[1], day[4] ?? '0', day[5] ?? '0', day[6], day[7] ?? '');
  const asctime = FOREIGN_ASCTIME.exec(text);
  if (asctime) {
    const [, month, date, hour, minute, second, zone, year] = asctime;
    return composeDay(year, monthOf(month as string), date, hour, minute, second, zone ?? '');
  }
  const named = MONTH_FIRST.exec(text);
  if (named) {
    const [, month, date, year, hour, minute, second, zone] = named;
    return composeDay(year, monthOf(month as string), date, hour ?? '0', minute ?? '0', second, zone ?? '');
  }
  const year = YEAR_FIRST.exec(text);
  if (year)
    return composeDay(year[1], Number(year[2]) - 1, year[3], year[4] ?? '0', year[5] ?? '0', year[6], year[7] ?? '');
  return parseNumbers(text);
}

/** With points (European), the day is first. With slashes, the numbers or AM and PM decide; if they do not, it is not a date. */
function parseNumbers(text: string): MailDate | null {
  const found = NUMBERS.exec(text);
  if (!found) return null;
  const [, first, mark, second, year, hour, minute, seconds, rest = ''] = found;
  if (year?.length === 2 && mark !== '.') return null;
  const american = mark === '/' && (Number(second) > 12 || (Number(first) <= 12 && /^[ap]\.?m/.test(rest)));
  if (!american && mark !== '.' && Number(first) <= 12 && first !== second) return null;
  const [day, month] = american ? [second, first] : [first, second];
  return composeDay(year, Number(month) - 1, day, hour ?? '0', minute ?? '0', seconds, rest);
}

/** As `compose`, but null if the calendar has no such day: numbers alone prove nothing else. */
function composeDay(
  year: Digits,
  month: number,
  day: Digits,
  ...clock: [Digits, Digits, Digits, string]
): MailDate | null {
  const last = new Date(Date.UTC(fullYear(year as string), month + 1, 0)).getUTCDate();
  return Number(day) <= last ? compose(year, month, day, ...clock) : null;
}

type Digits = string | undefined;

function compose(
  year: Digits,
  month: number,
  day: Digits,
  hour: Digits,
  minute: Digits,
  second: Digits,
  zoneText: string,
): MailDate | null {
  const half = /^\s*([ap])\.?m\b\.?/i.exec(zoneText);
  const [d, m, s] = [Number(day), Number(minute), Math.min(Number(second ?? 0), 59)];
  const h = half && Number(hour) <= 12 ? (Number(hour) % 12) + (/p/i.test(half[1] as string) ? 12 : 0) : Number(hour);
  if (month < 0 || month > 11 || d < 1 || d > 31 || h > 24 || m > 59) return null;
  const zone = parseZone(half ? zoneText.slice(half[0].length) : zoneText);
  return { at: Date.UTC(fullYear(year as string), month, d, h, m, s) / 1000 - (zone ?? 0) * 60, zone };
}

/** RFC 5322 4.3: two digits below 50 are 20xx, else 19xx; three digits count from 1900, as does `19100`, which programs wrote in 2000. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  if (digits.length === 5) return year - 19_000 + 1900;
  return year < 50 ? year + 2000 : year + 1900;
}

function parseZone(text: string): number | null {
  const numeric = /^\s*(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})/i.exec(text);
  if (numeric) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
    return minutes > 14 * 60 ? null : numeric[1] === '-' ? -minutes : minutes;
  }
  const hours = /^\s*(?:GMT|UTC)\s*([+-])(\d{1,2})(?![\d:])/i.exec(text);
  if (hours && Number(hours[2]) <= 14) return Number(`${hours[1]}${hours[2]}`) * 60;
  const name = /^\s*\(?([A-Za-z]{1,5})/.exec(text)?.[1]?.toLowerCase();
  return name === undefined ? null : (ZONES.get(name) ?? null);
}

/** A clock may run ahead, and zones may be wrong by up to a day; a date two days after the mail's arrival is absurd. */
const MAX_AHEAD = 2 * 86_400;
/**
 * Moderators and stuck queues hold mails for weeks; the longest real delay in the archives is under a year.
 * If a mail is older, the clock was wrong (1970, 2000, an old template).
 */
const MAX_BEHIND = 366 * 86_400;
/** Bounds if the arrival is not known: the first mailing lists, and the end of 32-bit time. */
const EARLIEST = Date.UTC(1980, 0, 1) / 1000;
const LATEST = 2 ** 31 - 1;

/**
 * Whether the time in an mbox's `From ` line may be the arrival of a mail with this date. If a mailbox was exported or imported years
 * later, the line has the time of that.
 */
export function isArrival(fromLine: number, header: string | undefined): boolean {
  if (fromLine < EARLIEST || fromLine > LATEST) return false;
  const date = header ? parseDate(header) : null;
  if (!date || date.at < EARLIEST || date.at > LATEST || date.at > fromLine + MAX_BEHIND) return true;
  return date.at <= fromLine + MAX_AHEAD && date.at >= fromLine - MAX_BEHIND;
}

/** The date of a message: its `Date:`, or its arrival if that header is absent, unreadable or absurd; `note` says which. */
export function dateOf(
  header: string | undefined,
  arrival: number | null,
): { at: number; zone: number | null; note: DateNote | null } {
  const date = header ? parseDate(header) : null;
  const fallback = (note: DateNote) => ({ at: Math.max(0, arrival ?? 0), zone: date?.zone ?? null, note });
  if (!date) return fallback(header ? 'unreadable' : 'absent');
  if (date.at < EARLIEST || date.at > LATEST) return fallback('absurd');
  if (arrival !== null && arrival > EARLIEST && (date.at > arrival + MAX_AHEAD || date.at < arrival - MAX_BEHIND)) {
    return fallback('absurd');
  }
  return { at: Math.floor(date.at), zone: date.zone, note: null };
}
