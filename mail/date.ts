import type { DateNote } from './types';

export interface MailDate {
  /** Unix seconds, UTC. */
  at: number;
  /** Minutes east of UTC; null where none is given. */
  zone: number | null;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Zones with names (RFC 5322 4.3), in minutes east of UTC; the military letters say nothing, as the RFC has it. */
const ZONES: Record<string, number> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  bst: 60,
  west: 60,
  cet: 60,
  met: 60,
  mez: 60,
  cest: 120,
  mest: 120,
  mesz: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  msd: 240,
  jst: 540,
  kst: 540,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  nzst: 720,
  nzdt: 780,
  aest: 600,
  aedt: 660,
};

/** `Mon, 2 Jan 2006 15:04:05 -0700` and its many kin: without day name or seconds, with `/` or `-` between, year in two digits. */
const USUAL =
  /(?:^|[\s,])(\d{1,2})[\s/-]+([A-Za-z]{3})[A-Za-z.]*[\s/-]+(\d{2,4})\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{1,2}))?(?:\.\d+)?\s*(.{0,40})/;
/** asctime: `Mon Jan  2 15:04:05 2006`, the zone before or after the year, or nowhere. */
const ASCTIME =
  /([A-Za-z]{3})[A-Za-z.]*\s+(\d{1,2}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([A-Za-z]{1,5}|[+-]\d{4})?\s+(\d{4})\s*(.{0,40})/;
/** ISO 8601. */
const ISO = /(\d{4})-(\d{2})-(\d{2})[T\s]+(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(.{0,40})/;

/** A `Date:` in any shape that people's mailers gave it (RFC 5322 3.3, 4.3; RFC 850; asctime; ISO 8601); null if it is none. */
export function parseDate(value: string): MailDate | null {
  const text = value.length > 200 ? value.slice(0, 200) : value;
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
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Math.min(Number(second ?? 0), 59)];
  if (month < 0 || month > 11 || d < 1 || d > 31 || h > 24 || m > 59) return null;
  const zone = parseZone(zoneText);
  return { at: Date.UTC(fullYear(year as string), month, d, h, m, s) / 1000 - (zone ?? 0) * 60, zone };
}

/** RFC 5322 4.3: two digits below 50 are 20xx, else 19xx; three digits count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year < 50 ? year + 2000 : year + 1900;
}

function parseZone(text: string): number | null {
  const numeric = /^\s*(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})/i.exec(text);
  if (numeric) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
    return minutes > 14 * 60 ? null : numeric[1] === '-' ? -minutes : minutes;
  }
  const name = /^\s*\(?([A-Za-z]{1,5})/.exec(text)?.[1]?.toLowerCase();
  return name === undefined ? null : (ZONES[name] ?? null);
}

/** A clock may run ahead, and zones are mistaken by up to a day; two days ahead of its own arrival is absurd. */
const MAX_AHEAD = 2 * 86_400;
/**
 * Moderators and stuck queues hold a mail for weeks: in the archives the longest honest delay is under a year.
 * Beyond that the clock was wrong (1970, 2000, an old template).
 */
const MAX_BEHIND = 366 * 86_400;
/** Bounds where arrival is not known: the first mailing lists, and the end of 32-bit time. */
const EARLIEST = Date.UTC(1980, 0, 1) / 1000;
const LATEST = 2 ** 31 - 1;

/** What a message is dated by: its `Date:`, or its arrival where that is absent, unreadable or absurd, which `note` then says. */
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
