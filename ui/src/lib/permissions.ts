import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "./session";

export interface May {
  allowed: boolean;
  /** Why not, ready to be shown beside a disabled button. */
  reason: string | undefined;
}

/** Whether the person who is signed in may do this: `useMay("backfill.create")`. */
export function useMay(action: string): May {
  const { data } = useQuery(sessionQuery());
  if (!data) return { allowed: false, reason: "Who you are is still being loaded." };
  if (data.may.includes(action)) return { allowed: true, reason: undefined };
  return {
    allowed: false,
    reason: `Your role, ${data.role}, does not include this (${action}). An admin can change that under Settings, Users.`,
  };
}
