import { settings } from '../_web/settings';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const two = (n: number) => String(n).padStart(2, '0');

/** A page names few different days, and making a Date takes ten times as long as this lookup. */
const dayNames = new Map<number, string>();

function dayName(day: number): string {
  let name = dayNames.get(day);
  if (name === undefined) {
    const date = new Date(day * 86_400_000);
    name = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
    if (dayNames.size > 20_000) dayNames.clear();
    dayNames.set(day, name);
  }
  return name;
}

/** `2004-07-28 10:24` in UTC, as lists show it. */
export function shortTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const day = Math.floor(whole / 86_400);
  const minutes = Math.floor((whole - day * 86_400) / 60);
  return `${dayName(day)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A label on a time axis: the smallest unit that is not at its start. */
export function tickLabel(date: Date): string {
  if (date.getUTCHours() || date.getUTCMinutes()) return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  if (date.getUTCDate() > 1) return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  return date.getUTCMonth() ? (MONTHS[date.getUTCMonth()] as string) : String(date.getUTCFullYear());
}

/** `Jul 2004`. */
export function monthLabel(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `28 Jul`, with the year if it differs from that of the line before. */
export function outlineDate(seconds: number, before: number | null | undefined): string {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const isSame = before != null && new Date(before * 1000).getUTCFullYear() === year;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}${isSame ? '' : ` ${year}`}`;
}

export const shortDate = (seconds: number) => dayName(Math.floor(seconds / 86_400));

/** `Wed, 28 Jul 2004 15:54 +0530` in the author's own zone. */
export function authorTime(seconds: number, zone: number | null): string {
  const minutes = zone ?? 0;
  const date = new Date((seconds + minutes * 60) * 1000);
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
  return `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} ${zone === null ? 'UTC' : offset}`;
}

export const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Why a message is not dated by its Date: header. */
export function dateNoteText(note: string): string {
  if (note === 'absent') return 'The mail has no Date: header; its time of arrival is shown.';
  if (note === 'unreadable') return 'The Date: header cannot be read; the time of arrival is shown.';
  return 'The Date: header cannot be right; the time of arrival is shown.';
}

/** The name, or the address if there is none. */
export function nameOf(name: string | null, address: string | null): string {
  return maskAll(unquoted(name ?? '')) || maskAddress(address ?? '') || 'unknown';
}

/** Quotation marks that a mailer left around a name, or at one end of it; those within are the name's. */
const unquoted = (name: string) => /^["“”„«]?([^"“”„«»]+)["“”»]?$/.exec(name)?.[1]?.trim() || name;

/** The address as the operator wants it shown. */
export function maskAddress(address: string): string {
  if (!settings.maskAddresses) return address;
  const at = address.lastIndexOf('@');
  return at > 0 ? `${address.slice(0, Math.min(2, at))}…@${address.slice(at + 1)}` : address;
}

/** Every address in a header's value, or in a name, as the operator wants it shown. */
export const maskAll = (value: string) =>
  settings.maskAddresses ? value.replace(/[^\s<>,;:"()]{1,200}@[^\s<>,;:"()]{1,200}/g, maskAddress) : value;

const NUMBER = new Intl.NumberFormat('en-US');

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count >= 0 && count < 1000 ? count : NUMBER.format(count)} ${count === 1 ? one : many}`;
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** How long a span is, in the largest unit that fits. */
export function span(seconds: number): string {
  const units: [number, string][] = [
    [31_557_600, 'year'],
    [2_629_800, 'month'],
    [604_800, 'week'],
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  for (const [size, unit] of units) if (seconds >= size * 1.5) return plural(Math.round(seconds / size), unit);
  return seconds < 60 ? 'moments' : plural(Math.max(1, Math.round(seconds / 60)), 'minute');
}

/** Up to so many days, an age is given in days; after that as a month, with the year if it is another. */
const COUNTED_DAYS = 60;

/** How long before `now` something was (both Unix seconds): "3 days", or null if it is longer ago; and its month, "Feb" or "Feb 2019". */
export function ageOf(at: number, now: number): { days: string | null; month: string } {
  const [date, newest] = [new Date(at * 1000), new Date(now * 1000)];
  const isSameYear = date.getUTCFullYear() === newest.getUTCFullYear();
  const month = `${MONTHS[date.getUTCMonth()]}${isSameYear ? '' : ` ${date.getUTCFullYear()}`}`;
  const days = Math.floor((now - at) / 86_400);
  if (days >= COUNTED_DAYS) return { days: null, month };
  return { days: days < 1 ? 'today' : plural(days, 'day'), month };
}

/** A word quoted for a command to paste: a Message-ID comes from a stranger, and may hold `;` or `$(...)`. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A Message-ID as an argument. One that begins with "-" keeps its brackets, which b4 removes, so that it is not taken for an option. */
export const idArgument = (msgid: string) => (msgid.startsWith('-') ? `<${msgid}>` : msgid);
