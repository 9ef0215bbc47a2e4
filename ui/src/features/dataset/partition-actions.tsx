import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { api, idempotencyKey, idempotent, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { type Chosen, sliceName, writeChosen } from "@/lib/selection";
import { toast } from "@/lib/toasts";
import type { Partition } from "@/lib/types";
import { ApproveHeld } from "./approve-held";

/** What can be done with one partition, from what is needed most. */
export function PartitionActions({ data, source }: { data: Partition; source: boolean }) {
  const mayBackfill = useMay("backfill.create");
  const mayRetry = useMay("run.control");
  const mayRead = useMay("data.read");
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [key] = useState(idempotencyKey);
  const { failure } = data;
  const retry = useMutation({
    mutationFn: (run: number) =>
      unwrap(api.POST("/api/v1/runs/{id}/retry", { params: { path: { id: run }, header: idempotent(key) } })),
    onSuccess: (backfill) => {
      void cache.invalidateQueries({ queryKey: ["dataset", data.dataset] });
      toast(`Backfill ${backfill.id} makes it again.`, "good", {
        label: "Open",
        run: () => void navigate({ to: "/backfills/$id", params: { id: String(backfill.id) } }),
      });
    },
    onError: (error) => toast(`It was not retried: ${error.message}`, "danger"),
  });
  const only: Chosen = new Map([[sliceName(data.slice), [[data.ordinal, data.ordinal + 1]]]]);
  const sel = writeChosen(only);
  const reason = source ? "A source is not made by a job: its files come from outside." : mayBackfill.reason;
  return (
    <div className="flex flex-wrap gap-2">
      {failure && (
        <Button
          kind="primary"
          size="small"
          busy={retry.isPending}
          disabledReason={mayRetry.reason}
          onClick={() => retry.mutate(failure.run)}
        >
          Retry run {failure.run}
        </Button>
      )}
      <ApproveHeld name={data.dataset} chosen={only} label={() => "Approve…"} size="small" />
      {reason ? (
        <Button size="small" disabledReason={reason}>
          Backfill…
        </Button>
      ) : (
        <Link
          to="/backfills/new"
          search={{ dataset: [data.dataset], sel }}
          className={buttonClass(failure ? "plain" : "primary", "small")}
        >
          Backfill…
        </Link>
      )}
      {data.head && (
        <>
          {mayRead.reason ? (
            <Button size="small" disabledReason={mayRead.reason}>
              Preview rows
            </Button>
          ) : (
            <Link
              to="/datasets/$name"
              params={{ name: data.dataset }}
              search={{ tab: "preview", p: data.key }}
              className={buttonClass("plain", "small")}
            >
              Preview rows
            </Link>
          )}
          <Link
            to="/lineage"
            search={{ materialization: data.head.id }}
            className={buttonClass("plain", "small")}
          >
            Lineage
          </Link>
        </>
      )}
    </div>
  );
}
