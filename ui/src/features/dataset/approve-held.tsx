import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { useMay } from "@/lib/permissions";
import { type Chosen, chosenSize, overlap } from "@/lib/selection";
import { ApproveDialog } from "./approve-dialog";
import { heldIn } from "./holds";
import { holdsQuery } from "./queries";

interface ApproveHeldProps {
  name: string;
  chosen: Chosen;
  label: (held: number) => string;
  size?: "small" | "normal";
}

/** Lets go of what is held back among some partitions; nothing where none of them is. */
export function ApproveHeld({ name, chosen, label, size = "normal" }: ApproveHeldProps) {
  const may = useMay("change.approve");
  const { data } = useQuery(holdsQuery(name));
  const [open, setOpen] = useState(false);
  const held = overlap(chosen, heldIn(data?.items ?? []));
  if (held.size === 0) return null;
  return (
    <>
      <Button size={size} disabledReason={may.reason} onClick={() => setOpen(true)}>
        {label(chosenSize(held))}
      </Button>
      {open && <ApproveDialog name={name} chosen={held} onClose={() => setOpen(false)} />}
    </>
  );
}
