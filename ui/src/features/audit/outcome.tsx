import { Link } from "@tanstack/react-router";
import type { Look } from "@/lib/states";
import type { AuditEntry } from "@/lib/types";

export const OUTCOME: Record<string, Look> = {
  done: { tone: "fresh", glyph: "✓", label: "Done", about: "it was done" },
  refused: { tone: "late", glyph: "⊘", label: "Refused", about: "it was not allowed" },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "it was allowed, and could not be done" },
};

/** A word that a later version of the server may know. */
export function outcomeLook(outcome: string): Look {
  return OUTCOME[outcome] ?? { tone: "off", glyph: "·", label: outcome, about: outcome };
}

const LINK = "font-mono text-sm text-accent hover:underline";

/** What was acted upon, as a link where it has a page. */
export function ObjectLink({ kind, object }: { kind: string; object: string }) {
  switch (kind) {
    case "dataset":
      return (
        <Link to="/datasets/$name" params={{ name: object }} className={LINK}>
          {object}
        </Link>
      );
    case "backfill":
      return (
        <Link to="/backfills/$id" params={{ id: object }} className={LINK}>
          {object}
        </Link>
      );
    case "run":
      return (
        <Link to="/runs/$id" params={{ id: object }} className={LINK}>
          {object}
        </Link>
      );
    case "schedule":
      return (
        <Link to="/schedules" search={{ schedule: object }} className={LINK}>
          {object}
        </Link>
      );
    case "pool":
      return (
        <Link to="/workers" search={{ pool: object }} className={LINK}>
          {object}
        </Link>
      );
    default:
      return <span className="font-mono text-sm">{object}</span>;
  }
}

const ACTOR_KIND: Record<AuditEntry["actor_kind"], string | null> = {
  user: null,
  token: "token",
  system: "Tidemill itself",
  anonymous: "not signed in",
};

export function Actor({ entry }: { entry: AuditEntry }) {
  const kind = ACTOR_KIND[entry.actor_kind];
  return (
    <span>
      {entry.actor}
      {kind !== null && <span className="text-muted"> ({kind})</span>}
    </span>
  );
}
