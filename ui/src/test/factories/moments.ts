// Instants around the moment at which the fake world stands.
import { NOW as MOMENT } from "./datasets";

const NOW = MOMENT.getTime();

/** Whether an instant, in milliseconds, is over at that moment. */
export function isOver(at: number): boolean {
  return at < NOW;
}

/** The instant so many minutes from now; before it when negative. */
export function minutes(count: number): string {
  return new Date(NOW + count * 60_000).toISOString();
}

/** The instant `days` from today at an hour in UTC. */
export function atHour(days: number, hour: number, minute = 0): string {
  const day = new Date(NOW + days * 86_400_000);
  day.setUTCHours(hour, minute, 0, 0);
  return day.toISOString();
}

/** The civil day so many days from today. */
export function day(days: number): string {
  return new Date(NOW + days * 86_400_000).toISOString().slice(0, 10);
}
