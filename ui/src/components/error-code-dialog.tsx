import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import { Dialog } from "./dialog";
import { ErrorState } from "./error-state";
import { Markdown } from "./markdown";
import { Loading } from "./skeleton";

/** The page of the manual about an error. */
export function ErrorCodeDialog({ code, onClose }: { code: string; onClose: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["code", code],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/codes/{code}", { params: { path: { code } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={data ? `${code}: ${data.title}` : code}
      wide
    >
      {data ? (
        <Markdown text={data.text} />
      ) : error ? (
        <ErrorState what={`What ${code} means could not be loaded.`} error={error} retry={refetch} />
      ) : (
        <Loading what={code} />
      )}
    </Dialog>
  );
}
