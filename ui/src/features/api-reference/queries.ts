import { queryOptions } from "@tanstack/react-query";
import { basePath } from "@/lib/api";
import { toApiError } from "@/lib/problem";
import { type Reference, read } from "./document";

export const DOCUMENT_PATH = "/api/v1/openapi.json";

/** The document that the running server gives of itself. */
export const referenceQuery = () =>
  queryOptions({
    queryKey: ["openapi"] as const,
    queryFn: async ({ signal }): Promise<Reference> => {
      const response = await fetch(basePath + DOCUMENT_PATH, { signal, credentials: "same-origin" });
      if (!response.ok) throw toApiError(await response.json().catch(() => null), response);
      const found = read(await response.json().catch(() => null));
      if (!found) throw new Error("The answer is not an OpenAPI document; a proxy may have changed it.");
      return found;
    },
    // It changes only with the program.
    staleTime: Number.POSITIVE_INFINITY,
  });
