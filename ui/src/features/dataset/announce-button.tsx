import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { api, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { Dataset } from "@/lib/types";
import { datasetQuery } from "./queries";

const LOOK = 1_000;
const PATIENCE = 60_000;

/** Has a source looked at now, and says what came of it. */
export function AnnounceButton({ data }: { data: Dataset }) {
  const { name, watch } = data;
  const may = useMay("source.announce");
  const cache = useQueryClient();
  // When it had last been looked at; set while the next look is waited for.
  const [before, setBefore] = useState<string | null>();
  const waiting = before !== undefined;
  useQuery({ ...datasetQuery(name), refetchInterval: waiting ? LOOK : false });
  const announce = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/datasets/{name}/announce", { params: { path: { name } } })),
    onSuccess: ({ observed_at }) => setBefore(observed_at ?? null),
    onError: (error) => toast(`It was not announced: ${error.message}`, "danger"),
  });

  const over = waiting && watch != null && isOver(watch, before);
  useEffect(() => {
    if (!over || !watch) return;
    setBefore(undefined);
    if (watch.fault) toast(`${name} could not be looked at: ${watch.fault}`, "danger");
    else if (watch.changed_at === watch.observed_at) {
      toast(`${name} was looked at: something new was found.`, "good");
      void cache.invalidateQueries({ queryKey: ["dataset", name] });
    } else toast(`${name} was looked at: there is nothing new.`);
  }, [over, name, watch, cache]);
  useEffect(() => {
    if (!waiting) return;
    const timer = window.setTimeout(() => {
      setBefore(undefined);
      toast(`Nobody has looked at ${name} yet. It stays announced until a scheduler does.`);
    }, PATIENCE);
    return () => window.clearTimeout(timer);
  }, [waiting, name]);

  return (
    <Button
      kind="primary"
      disabledReason={may.reason}
      busy={announce.isPending || waiting}
      onClick={() => announce.mutate()}
    >
      {waiting ? (watch?.looking ? "Being looked at…" : "Waits to be looked at…") : "Announce a change"}
    </Button>
  );
}

/** What was announced in the middle of a look is looked at once more: then the next look is due at once. */
export function isOver(watch: NonNullable<Dataset["watch"]>, before: string | null): boolean {
  const { observed_at: seen, next_at: next } = watch;
  return seen != null && seen !== before && Date.parse(seen) < Date.parse(next);
}
