/** Words of the server about runs, as people say them. */

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

/** The same on the command line. */
export function cliOf(run: { dataset: string; partition: string }): string {
  const [time, ...slice] = run.partition.split("/");
  return `tidemill why ${run.dataset} ${[time, ...slice].join("/")}`;
}
