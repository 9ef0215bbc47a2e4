/** When a token ends, and how it stands. */
import type { Token } from "@/lib/types";

const DAY = 86_400_000;

/** Choices a form offers, in days; a token without an end is not to be had. */
export const LIFETIMES = [7, 30, 90, 365] as const;
export const LIFETIME_DEFAULT = 90;

export function endOf(days: number, now: number): string {
  return new Date(now + days * DAY).toISOString();
}

export type TokenStanding = "active" | "ending" | "expired" | "revoked";

/** Two weeks are enough to replace one without hurry. */
const SOON_DAYS = 14;

export function tokenStanding(token: Token, now: number): TokenStanding {
  if (token.revoked_at != null) return "revoked";
  const left = Date.parse(token.expires_at) - now;
  if (left <= 0) return "expired";
  return left <= SOON_DAYS * DAY ? "ending" : "active";
}

/** `3 weeks ago` matters less than whether anything still uses it. */
export function usedLately(token: Token, now: number): boolean {
  return token.last_used_at != null && now - Date.parse(token.last_used_at) < 7 * DAY;
}

/** The line that shows that a token works. */
export function tokenCurl(secret: string, base: string): string {
  return `curl -sS -H "Authorization: Bearer ${secret}" ${base}/api/v1/overview`;
}
