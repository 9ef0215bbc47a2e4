// Numbers as people read them. One locale everywhere, so that a screenshot reads the same for two people.
const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** `2184` is `2,184`. */
export function count(value: number): string {
  return whole.format(value);
}

/** `1200345` is `1.2M`; below 10,000 nothing is rounded. */
export function countShort(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);
}

/** `1 partition`, `2,184 partitions`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** With a large letter first; a name between backticks stays as it is. */
export function sentenceCase(text: string): string {
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

/** `301600` is `301.6 kB`. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let left = value;
  while (Math.abs(left) >= 999.95 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(left) : left.toFixed(1)} ${units[unit]}`;
}

/** `3840` is `1 h 04 m`; `0.366` is `366 ms`. */
export function duration(seconds: number): string {
  if (seconds < 0) return `−${duration(-seconds)}`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} m ${two(all % 60)} s`;
  if (all < 86_400) return `${Math.floor(all / 3600)} h ${two(Math.floor((all % 3600) / 60))} m`;
  return `${Math.floor(all / 86_400)} d ${two(Math.floor((all % 86_400) / 3600))} h`;
}

/** An age, as short as possible: `12 s`, `3 m`, `5 h`, `2 d`. */
export function age(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} m`;
  if (all < 172_800) return `${Math.floor(all / 3600)} h`;
  return `${Math.floor(all / 86_400)} d`;
}

/** `0.9932` is `99.3%`; never rounds up to 100. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 99.9 && value < 100) return "99.9%";
  return `${value.toFixed(value === 100 || value === 0 ? 0 : 1)}%`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
