/** What a change changed: two JSON values side by side, leaf by leaf. */

export interface Change {
  /** `scope.prefixes[0]`; empty where the whole value is a leaf. */
  path: string;
  kind: "added" | "removed" | "changed" | "same";
  before: string | null;
  after: string | null;
}

/** More leaves than a person reads; the rest is counted. */
export const LEAVES_MAX = 500;

type Leaves = Map<string, string>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function collect(value: unknown, path: string, leaves: Leaves): void {
  if (Array.isArray(value) && value.length > 0) {
    value.forEach((each, index) => {
      collect(each, `${path}[${index}]`, leaves);
    });
  } else if (isRecord(value) && Object.keys(value).length > 0) {
    for (const [key, each] of Object.entries(value)) {
      collect(each, path === "" ? key : `${path}.${key}`, leaves);
    }
  } else {
    leaves.set(path, JSON.stringify(value) ?? "null");
  }
}

function leavesOf(value: unknown): Leaves {
  const leaves: Leaves = new Map();
  if (value !== null && value !== undefined) collect(value, "", leaves);
  return leaves;
}

/** Every leaf of either value in the order in which they are written, with what became of it. */
export function diff(before: unknown, after: unknown): Change[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths.map((path) => {
    const [was, is] = [old.get(path) ?? null, now.get(path) ?? null];
    const kind = was === null ? "added" : is === null ? "removed" : was === is ? "same" : "changed";
    return { path, kind, before: was, after: is };
  });
}

/** `2 changed, 1 added`; what is the same is not said. */
export function summary(changes: readonly Change[]): string {
  const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
  const parts = (["changed", "added", "removed"] as const)
    .map((kind) => [count(kind), kind] as const)
    .filter(([times]) => times > 0)
    .map(([times, kind]) => `${times} ${kind}`);
  return parts.length === 0 ? "nothing changed" : parts.join(", ");
}

/** `slots: 12 → 8, overridden: false → true`: what changed, in the room of a line. */
export function headline(changes: readonly Change[]): string {
  const said = changes
    .filter((change) => change.kind !== "same")
    .map(({ path, kind, before, after }) => {
      const name = path === "" ? "value" : path;
      if (kind === "added") return `${name}: ${after}`;
      return kind === "removed" ? `${name} removed` : `${name}: ${before} → ${after}`;
    });
  return said.length === 0 ? "nothing changed" : said.join(", ");
}
