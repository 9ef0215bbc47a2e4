import type { ReactNode } from "react";
import { EmptyState } from "@/components/empty-state";
import { useMay } from "@/lib/permissions";
import { useSession } from "@/lib/session";

/** Rows and files are for those who may read data; others are told so, and whom to ask. */
export function MayReadData({ what, children }: { what: string; children: ReactNode }) {
  const session = useSession();
  const may = useMay("data.read");
  if (!session || may.allowed) return children;
  return (
    <EmptyState title={`${what} are not for the role ${session.role}.`}>
      They need the right to read data (data.read), which operators have. An admin can change your role under
      Settings, Users.
    </EmptyState>
  );
}
