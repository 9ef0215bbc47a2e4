import { describe, expect, it } from "vitest";
import type { Token } from "@/lib/types";
import { endOf, tokenCurl, tokenStanding, usedLately } from "./expiry";

const NOW = Date.parse("2026-11-22T06:00:00Z");

function token(over: Partial<Token> = {}): Token {
  return {
    id: 1,
    name: "ci",
    prefix: "tm_1a2b",
    role: "viewer",
    scope: { all: true, prefixes: [], tags: [] },
    owner: { id: 1, login: "ana", name: "Ana" },
    created_at: "2026-01-01T00:00:00Z",
    expires_at: "2027-01-01T00:00:00Z",
    ...over,
  };
}

describe("a token", () => {
  it("is active until shortly before its end", () => {
    expect(tokenStanding(token(), NOW)).toBe("active");
    expect(tokenStanding(token({ expires_at: endOf(14, NOW) }), NOW)).toBe("ending");
    expect(tokenStanding(token({ expires_at: "2026-11-22T06:00:00Z" }), NOW)).toBe("expired");
    expect(tokenStanding(token({ revoked_at: "2026-11-01T00:00:00Z" }), NOW)).toBe("revoked");
  });

  it("is used lately or not", () => {
    expect(usedLately(token(), NOW)).toBe(false);
    expect(usedLately(token({ last_used_at: "2026-11-20T00:00:00Z" }), NOW)).toBe(true);
    expect(usedLately(token({ last_used_at: "2026-11-01T00:00:00Z" }), NOW)).toBe(false);
  });

  it("comes with a line that tries it", () => {
    expect(tokenCurl("tm_x", "https://mill.example")).toBe(
      'curl -sS -H "Authorization: Bearer tm_x" https://mill.example/api/v1/overview',
    );
  });
});
