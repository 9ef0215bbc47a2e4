import clsx from "clsx";
import { CopyButton } from "@/components/copy-button";
import { Dialog } from "@/components/dialog";
import { Facts } from "@/components/page";
import { LookBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { plural } from "@/lib/format";
import type { AuditEntry } from "@/lib/types";
import { type Change, diff, LEAVES_MAX, summary } from "./diff";
import { Actor, ObjectLink, outcomeLook } from "./outcome";

/** One entry, with what it changed leaf by leaf. */
export function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const changes = diff(entry.before, entry.after);
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`${entry.action} ${entry.object}`}
      description={`Entry ${entry.id}`}
    >
      <div className="flex flex-col gap-4">
        <Facts
          items={[
            ["When", <Time key="at" at={entry.at} seconds />],
            ["Who", <Actor key="actor" entry={entry} />],
            [
              "Object",
              <span key="object">
                {entry.object_kind} <ObjectLink kind={entry.object_kind} object={entry.object} />
              </span>,
            ],
            ["Outcome", <LookBadge key="outcome" look={outcomeLook(entry.outcome)} />],
            ...(entry.reason == null ? [] : ([["Reason", entry.reason]] as const)),
            [
              "From",
              entry.address === "" ? (
                "this installation"
              ) : (
                <span key="from" className="font-mono text-sm">
                  {entry.address}
                </span>
              ),
            ],
            [
              "Request",
              <span key="request" className="inline-flex items-center gap-1 font-mono text-sm">
                {entry.request}
                <CopyButton text={entry.request} label="Copy the request id" />
              </span>,
            ],
          ]}
        />
        <section aria-label="What changed">
          <h3 className="mb-1 font-semibold">What changed</h3>
          {changes.length === 0 ? (
            <p className="text-muted">The entry holds no values from before or after.</p>
          ) : (
            <>
              <p className="mb-1 text-muted">{summary(changes)}</p>
              <Changes changes={changes} />
            </>
          )}
        </section>
      </div>
    </Dialog>
  );
}

const SIGN: Record<Change["kind"], string> = { changed: "~", added: "+", removed: "−", same: "" };
const WORD: Record<Change["kind"], string> = {
  changed: "changed",
  added: "added",
  removed: "removed",
  same: "the same",
};

function Changes({ changes }: { changes: readonly Change[] }) {
  // What changed is what one looks for; the rest gives it its place.
  const sorted = [
    ...changes.filter((each) => each.kind !== "same"),
    ...changes.filter((each) => each.kind === "same"),
  ];
  const shown = sorted.slice(0, LEAVES_MAX);
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full text-left font-mono text-sm">
        <thead>
          <tr className="font-sans text-muted">
            <th scope="col" className="w-6 py-1 font-normal">
              <span className="sr-only">Kind</span>
            </th>
            <th scope="col" className="py-1 pr-4 font-normal">
              Field
            </th>
            <th scope="col" className="py-1 pr-4 font-normal">
              Before
            </th>
            <th scope="col" className="py-1 font-normal">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((change) => (
            <tr
              key={change.path}
              className={clsx("border-t border-line align-top", change.kind === "same" && "text-muted")}
            >
              <td className="py-0.5">
                <span aria-hidden>{SIGN[change.kind]}</span>
                <span className="sr-only">{WORD[change.kind]}</span>
              </td>
              <th scope="row" className="py-0.5 pr-4 font-normal">
                {change.path === "" ? "value" : change.path}
              </th>
              <td
                className={clsx(
                  "py-0.5 pr-4 break-all",
                  change.kind !== "same" && change.before !== null && "bg-danger-soft",
                )}
              >
                {change.before ?? <span className="text-muted">–</span>}
              </td>
              <td
                className={clsx(
                  "py-0.5 break-all",
                  change.kind !== "same" && change.after !== null && "bg-good-soft",
                )}
              >
                {change.after ?? <span className="text-muted">–</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > shown.length && (
        <p className="pt-1 text-muted">and {plural(sorted.length - shown.length, "more field")}</p>
      )}
    </div>
  );
}
