import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { api, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { Dataset } from "@/lib/types";

/** Pausing can be undone at once, so it asks nothing. */
export function PauseButton({ data }: { data: Dataset }) {
  const may = useMay("job.control");
  const cache = useQueryClient();
  const params = { params: { path: { name: data.name } } };
  const change = useMutation({
    mutationFn: (pause: boolean) =>
      unwrap(
        pause
          ? api.POST("/api/v1/datasets/{name}/pause", params)
          : api.POST("/api/v1/datasets/{name}/resume", params),
      ),
    onSuccess: (_, pause) => {
      void cache.invalidateQueries({ queryKey: ["dataset", data.name] });
      if (pause) {
        toast(`${data.name} is paused: nothing new of it starts.`, "plain", {
          label: "Undo",
          run: () => change.mutate(false),
        });
      } else toast(`${data.name} goes on.`, "good");
    },
    onError: (error) => toast(`It could not be changed: ${error.message}`, "danger"),
  });
  if (data.kind === "source") return null;
  return (
    <Button disabledReason={may.reason} busy={change.isPending} onClick={() => change.mutate(!data.paused)}>
      {data.paused ? "Resume" : "Pause"}
    </Button>
  );
}
