// Instants as text, in one form everywhere: `22 Nov 06:00 CET`, with the year when it is not this one.
// Which zone is meant is the reader's choice: the dataset's, their own, or UTC.

export type ZoneChoice = "dataset" | "utc" | "local";
export const ZONE_CHOICES = ["dataset", "utc", "local"] as const satisfies readonly ZoneChoice[];

export const localZone = new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The zone to show an instant in; without a dataset, the reader's own stands for "dataset". */
export function zoneFor(choice: ZoneChoice, dataset: string | undefined): string {
  if (choice === "utc") return "UTC";
  return choice === "dataset" ? (dataset ?? localZone) : localZone;
}

const formats = new Map<string, Intl.DateTimeFormat>();

// Making one costs a thousand times what using one costs.
export function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    formats.set(key, found);
  }
  return found;
}

export interface Civil {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** What a clock and a calendar in this zone show. */
export function civil(at: Date, zone: string): Civil {
  const out: Civil = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  const parts = formatter(zone, {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  for (const { type, value } of parts) {
    if (type in out) Object.assign(out, { [type]: Number(value) });
  }
  return out;
}

/** `CET`, `UTC`, `GMT+5:30`. */
export function zoneName(at: Date, zone: string): string {
  if (zone === "UTC") return "UTC";
  const parts = formatter(zone, { timeZoneName: "short" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export interface InstantStyle {
  seconds?: boolean;
  /** Leave the day away when it is today. */
  brief?: boolean;
  zoneless?: boolean;
}

/** `22 Nov 06:00 CET`. */
export function instant(at: Date, zone: string, now: Date, style: InstantStyle = {}): string {
  const c = civil(at, zone);
  const today = civil(now, zone);
  const sameYear = c.year === today.year;
  const sameDay = sameYear && c.month === today.month && c.day === today.day;
  const day = `${c.day} ${MONTHS[c.month - 1]}${sameYear ? "" : ` ${c.year}`}`;
  const time = `${pad(c.hour)}:${pad(c.minute)}${style.seconds ? `:${pad(c.second)}` : ""}`;
  const name = style.zoneless ? "" : ` ${zoneName(at, zone)}`;
  return style.brief && sameDay ? time + name : `${day} ${time}${name}`;
}

/** `06:00–07:00 CET`, or with days when they differ. */
export function interval(from: Date, to: Date, zone: string, now: Date): string {
  const a = civil(from, zone);
  const b = civil(to, zone);
  const start = instant(from, zone, now, { zoneless: true });
  if (a.year === b.year && a.month === b.month && a.day === b.day) {
    return `${start}–${pad(b.hour)}:${pad(b.minute)} ${zoneName(to, zone)}`;
  }
  return `${start} – ${instant(to, zone, now)}`;
}

export function pad(value: number): string {
  return String(value).padStart(2, "0");
}
