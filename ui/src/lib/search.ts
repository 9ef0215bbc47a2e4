// Reading the search of an address. Everything in it is text; a list is joined by commas.
// A reader gives `undefined` for what is not there, not understood or the default, so that it is left out.

type Reader<T> = (value: unknown) => T | undefined;
type Shape = Record<string, Reader<unknown>>;
type Search<S extends Shape> = { [K in keyof S]?: Exclude<ReturnType<S[K]>, undefined> };

/** Makes the `validateSearch` of a route from one reader for each key; unknown keys are dropped. */
export function searchOf<S extends Shape>(shape: S): (input: Record<string, unknown>) => Search<S> {
  return (input) => {
    const out: Search<S> = {};
    for (const key in shape) {
      const value = shape[key]?.(input[key]);
      if (value !== undefined) Object.assign(out, { [key]: value });
    }
    return out;
  };
}

/** For the `search` of a route: what is the default is not written into the address either. */
export function withoutDefaults<T extends object>(read: (input: Record<string, unknown>) => T) {
  const middleware = ({ search, next }: { search: T; next: (search: T) => T }): T =>
    read(Object.fromEntries(Object.entries(next(search))));
  return { middlewares: [middleware] };
}

export function text(): Reader<string> {
  return (value) => {
    if (typeof value === "number") return String(value);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
}

export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value) => {
    if (value === "" || (typeof value !== "string" && typeof value !== "number")) return undefined;
    const number = Number(value);
    return Number.isSafeInteger(number) && min <= number && number <= max ? number : undefined;
  };
}

/** A switch that is off by default. */
export function flag(): Reader<true> {
  return (value) => (value === true || value === "true" || value === "1" ? true : undefined);
}

/** One of these words; the default is left out. */
export function oneOf<const T extends string>(words: readonly T[], fallback?: T): Reader<T> {
  return (value) => words.find((word) => word === value && word !== fallback);
}

/** Several of these words; none is left out. */
export function someOf<const T extends string>(words: readonly T[]): Reader<T[]> {
  return (value) => {
    const given = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
    const known = words.filter((word) => given.includes(word));
    return known.length > 0 ? known : undefined;
  };
}

/** Several texts. */
export function texts(): Reader<string[]> {
  return (value) => {
    const given = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
    const known = given.filter((item) => typeof item === "string" && item !== "").map(String);
    return known.length > 0 ? known : undefined;
  };
}

export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes a search that a person can read: only what must be escaped is. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === "") continue;
    const written = Array.isArray(value) ? value.join(",") : value === true ? "1" : String(value);
    if (written === "") continue;
    const escaped = encodeURIComponent(written).replace(/%(2C|3A|2F|40|7E)/g, decodeURIComponent);
    parts.push(`${encodeURIComponent(key)}=${escaped}`);
  }
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}
