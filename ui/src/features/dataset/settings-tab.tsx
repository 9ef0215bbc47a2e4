import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/copy-button";
import { Facts, Panel } from "@/components/page";
import { Duration, Time } from "@/components/time";
import type { Dataset } from "@/lib/types";

/** How it is declared. Nothing can be changed here: the code of the project says all of it. */
export function SettingsTab({ data }: { data: Dataset }) {
  const { schedule } = data;
  const automation: [string, ReactNode][] = [
    [
      "Policy",
      data.automation_policy ??
        (data.automation === "manual" || !data.automation ? "only when a person asks" : data.automation),
    ],
    ["Schedule", schedule ? `${schedule.in_words} (${schedule.timetable})` : "none"],
  ];
  if (schedule) {
    automation.push(
      ["Zone", schedule.zone],
      ["Next", <Time key="n" at={schedule.next_at} none="none: it is paused" />],
      ["Missed ticks", schedule.catch_up],
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">
        All of this is declared in the code of the project; a change there shows here after it is deployed.
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="Partitions">
          <Facts
            items={[
              ["Cut", data.cut],
              ["Zone", data.zone],
              ...data.dimensions.map(
                (dimension) =>
                  [
                    dimension.name,
                    dimension.dynamic
                      ? `${dimension.values.length} values so far; more appear as they come`
                      : dimension.values.join(", "),
                  ] as const,
              ),
              [
                "Files",
                <span key="l" className="font-mono text-sm">
                  {data.location ?? "–"}
                </span>,
              ],
            ]}
          />
        </Panel>
        <Panel
          title="When it is made"
          aside={
            schedule && (
              <Link to="/schedules" className="text-sm text-accent hover:underline">
                Schedules
              </Link>
            )
          }
        >
          <Facts items={automation} />
        </Panel>
        <Panel title="How it is made">
          <Facts
            items={[
              ["Retry", data.retry],
              ["Timeout", <Duration key="t" seconds={data.timeout_seconds} none="none" />],
              ["Pool", `${data.pool}${data.pool_weight === 1 ? "" : `, ${data.pool_weight} slots each`}`],
              ["At once", data.concurrency ?? "as many as the pool gives"],
              ["Together", data.fuse ?? "each partition by itself"],
            ]}
          />
        </Panel>
        <Panel title="Code versions">
          {data.code.length === 0 ? (
            <p className="text-muted">No version of its code is known.</p>
          ) : (
            <ul className="divide-y divide-line">
              {data.code.map((code, index) => (
                <li key={code.fingerprint} className="flex items-center justify-between gap-3 py-1">
                  <span className="flex min-w-0 items-center gap-1">
                    <span className="truncate font-mono text-sm">{code.fingerprint}</span>
                    <CopyButton text={code.fingerprint} label="Copy the fingerprint" />
                    {index === 0 && <span className="text-sm text-muted">now</span>}
                  </span>
                  <span className="text-sm text-muted">
                    since <Time at={code.since} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
    </div>
  );
}
