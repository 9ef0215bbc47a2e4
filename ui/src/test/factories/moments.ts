// The fake world is always about now, so that ages and due times look as they do on a real day.
const NOW = Date.now();

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
