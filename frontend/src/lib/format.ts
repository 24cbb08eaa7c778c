/** Numbers, sizes and times as people read them, in the browser's locale. */

const whole = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
// with the zone: an hour comes twice when summer time ends
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export function formatNumber(value: number | bigint): string {
  return whole.format(value);
}

/** `3 tables`, `1 table` */
export function formatCount(value: number | bigint, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${Number(value) === 1 ? one : many}`;
}

/** `0.9 MB`; a megabyte has 1,000,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return formatCount(bytes, 'byte');
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${tenths.format(value)} ${units[unit]}`;
}

const two = (value: number) => String(value).padStart(2, '0');

/** `0:02`, `2:14`, `1:02:14` */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(total / HOUR), Math.floor(total / MINUTE) % 60];
  const tail = two(total % MINUTE);
  return hours ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

export function formatExactTime(iso: string): string {
  return exact.format(new Date(iso));
}

/** `2 minutes ago` under a day, else the date and time. */
export function formatTime(iso: string, now = Date.now()): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const age = Math.abs(seconds);
  if (age < 10 || seconds > 0) return 'just now'; // clocks differ a little
  if (age < MINUTE) return relative.format(seconds, 'second');
  if (age < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute');
  if (age < DAY) return relative.format(Math.round(seconds / HOUR), 'hour');
  return moment.format(new Date(iso));
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** `12:03` */
export function formatClock(milliseconds: number): string {
  return clock.format(milliseconds);
}
