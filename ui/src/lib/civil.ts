/**
 * Civil dates as `YYYY-MM-DD`: laying out a month or a week of squares.
 * Nothing here knows a time zone: which instant belongs to which day is the server's answer.
 */

const DAY_MS = 86_400_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whether the text names a day that exists. */
export function isDate(text: string): boolean {
  return DATE.test(text) && fromNumber(toNumber(text)) === text;
}

/** Days since 1970-01-01. */
function toNumber(date: string): number {
  const [, year, month, day] = DATE.exec(date) ?? [];
  return Math.round(Date.UTC(Number(year), Number(month) - 1, Number(day)) / DAY_MS);
}

function fromNumber(number: number): string {
  const date = new Date(number * DAY_MS);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return fromNumber(toNumber(date) + days);
}

/** How many days from the first to the second. */
export function daysBetween(from: string, to: string): number {
  return toNumber(to) - toNumber(from);
}

/** The Monday of the week that holds the day (ISO weeks, as everywhere in Tidemill). */
export function mondayOf(date: string): string {
  const number = toNumber(date);
  // 1970-01-01 was a Thursday.
  return fromNumber(number - ((((number + 3) % 7) + 7) % 7));
}

export function firstOfMonth(date: string): string {
  return `${date.slice(0, 7)}-01`;
}

export function addMonths(date: string, months: number): string {
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** The seven days of the week that holds the day. */
export function weekOf(date: string): string[] {
  const monday = mondayOf(date);
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
}

/** The weeks that a month touches, whole weeks from Monday to Sunday: four to six of them. */
export function monthWeeks(date: string): string[][] {
  const first = firstOfMonth(date);
  const end = addMonths(first, 1);
  const weeks: string[][] = [];
  for (let monday = mondayOf(first); daysBetween(monday, end) > 0; monday = addDays(monday, 7)) {
    weeks.push(weekOf(monday));
  }
  return weeks;
}

/** The day that it is in a zone at an instant, in milliseconds. */
export function dayIn(zone: string, instant: number): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(instant);
}

/** `22 November 2026`, `22 November` or `November 2026`, `Nov 2026` of a civil date, whatever the zone. */
export function dateInWords(
  date: string,
  form: "full" | "day" | "month" | "month-short" | "weekday",
): string {
  const options: Record<typeof form, Intl.DateTimeFormatOptions> = {
    full: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
    day: { day: "numeric", month: "short" },
    month: { month: "long", year: "numeric" },
    "month-short": { month: "short", year: "numeric" },
    weekday: { weekday: "short", day: "numeric" },
  };
  const format = new Intl.DateTimeFormat("en-GB", { ...options[form], timeZone: "UTC" });
  return format.format(toNumber(date) * DAY_MS);
}
