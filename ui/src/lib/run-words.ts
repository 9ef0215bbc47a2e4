/** Why a run was made, as people say it. */

const REASONS: Record<string, string> = {
  missing: "was missing",
  failed: "had failed",
  stale_code: "code changed",
  stale_input: "an input changed",
  upstream: "upstream is made again",
  forced: "asked for",
};

export function reasonWord(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}
