import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { toast } from "@/lib/toasts";
import { IconButton } from "./button";

export async function copy(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
    return true;
  } catch {
    toast("The browser does not allow copying here. Select the text and copy it by hand.", "danger");
    return false;
  }
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  return (
    <IconButton
      label={label}
      className="size-6"
      onClick={async () => {
        setDone(
          await copy(
            text,
            label.replace(/^Copy (the )?/, "").replace(/^./, (c) => c.toUpperCase()),
          ),
        );
      }}
    >
      {done ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </IconButton>
  );
}
