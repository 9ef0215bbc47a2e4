import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CopyButton } from "@/components/copy-button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Facts, Panel } from "@/components/page";
import { CodeText } from "@/components/prose";
import { Loading } from "@/components/skeleton";
import { StateMark } from "@/components/state-badge";
import { Time } from "@/components/time";
import { plural } from "@/lib/format";
import { ApiError } from "@/lib/problem";
import { settingsQuery } from "@/lib/settings";
import type { Look } from "@/lib/states";
import type { Settings } from "@/lib/types";

const WRONG: Look = { tone: "failed", glyph: "✕", label: "Wrong", about: "something is broken" };
const WATCH: Look = { tone: "late", glyph: "!", label: "Watch", about: "not broken yet" };
const FINE: Look = { tone: "fresh", glyph: "✓", label: "Fine", about: "as it should be" };
const NEVER: Look = { tone: "missing", glyph: "·", label: "Not yet", about: "it has not run yet" };

/** This installation: what it is, how long it keeps things, and what is wrong with it. */
export function About() {
  const { data, error, refetch } = useQuery(settingsQuery());
  if (error instanceof ApiError && error.status === 403) {
    return (
      <EmptyState title="Your role does not include the settings of the installation.">
        Editors and admins see its version, database and lake, how long it keeps things, and what the doctor
        finds.
      </EmptyState>
    );
  }
  if (error)
    return <ErrorState what="The settings could not be loaded." error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the settings" />;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="Doctor" aside={<span className="text-sm text-muted">also: tidemill doctor</span>} flush>
          <Findings findings={data.doctor} />
        </Panel>
        <Panel title="Housekeeping" flush>
          <Housekeeping work={data.housekeeping} />
        </Panel>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="Installation">
          <Facts
            items={[
              ["Environment", data.environment],
              ["Version", data.version],
              ["Database", data.database.version],
              [
                "Lake",
                <span key="lake" className="inline-flex items-center gap-1 font-mono text-sm break-all">
                  {data.lake}
                  <CopyButton text={data.lake} label="Copy the address of the lake" />
                </span>,
              ],
              [
                "Webhook",
                data.webhook.configured
                  ? `signed, to ${data.webhook.host ?? "an address of the server"}`
                  : "not set up",
              ],
              [
                "API",
                <Link key="api" to="/api-reference" className="text-accent hover:underline">
                  reference and OpenAPI document
                </Link>,
              ],
            ]}
          />
        </Panel>
        <Panel title="Kept for">
          {Object.keys(data.retention).length === 0 ? (
            <p className="text-muted">Everything is kept.</p>
          ) : (
            <Facts items={Object.entries(data.retention)} />
          )}
          <p className="mt-2 text-sm text-muted">
            What is declared in the project; changing it needs a new start.
          </p>
        </Panel>
      </div>
    </div>
  );
}

function Findings({ findings }: { findings: Settings["doctor"] }) {
  if (findings.length === 0) {
    return (
      <p className="flex items-center gap-2 px-4 py-3">
        <StateMark look={FINE} />
        Nothing is wrong.
      </p>
    );
  }
  return (
    <ul>
      {findings.map((finding) => {
        const look = finding.severity === "wrong" ? WRONG : WATCH;
        return (
          <li
            key={`${finding.rule} ${finding.fault}`}
            className="flex gap-2 border-b border-line px-4 py-2 last:border-b-0"
          >
            <span className="pt-0.5">
              <StateMark look={look} />
            </span>
            <div className="min-w-0">
              <p>
                <span className="sr-only">{look.label}: </span>
                <span className="font-medium">{finding.fault}</span>{" "}
                <span className="font-mono text-sm text-muted">{finding.rule}</span>
              </p>
              <p>
                What to do: <CodeText text={finding.advice} />
              </p>
              {finding.examples.length > 0 && (
                <details className="text-sm">
                  <summary className="text-muted">{plural(finding.examples.length, "example")}</summary>
                  <ul className="font-mono break-all">
                    {finding.examples.map((example) => (
                      <li key={example}>{example}</li>
                    ))}
                  </ul>
                </details>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Housekeeping({ work }: { work: Settings["housekeeping"] }) {
  return (
    <ul>
      {work.map((each) => (
        <li key={each.name} className="flex gap-2 border-b border-line px-4 py-2 last:border-b-0">
          <span className="pt-0.5">
            <StateMark look={each.last_error != null ? WRONG : each.last_ok_at == null ? NEVER : FINE} />
          </span>
          <div className="min-w-0 grow">
            <div className="flex flex-wrap justify-between gap-x-4">
              <span>{each.name}</span>
              <span className="text-muted">
                {each.last_ok_at == null ? (
                  "has not run yet"
                ) : (
                  <>
                    went well <Time at={each.last_ok_at} relative />
                  </>
                )}
              </span>
            </div>
            {each.last_error != null && <p className="text-danger">Failed since then: {each.last_error}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
