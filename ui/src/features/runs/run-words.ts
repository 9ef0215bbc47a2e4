/** The same on the command line. */
export function cliOf(run: { dataset: string; partition: string }): string {
  const [time, ...slice] = run.partition.split("/");
  return `tidemill why ${run.dataset} ${[time, ...slice].join("/")}`;
}
