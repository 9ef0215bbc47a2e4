import { useState } from "react";
import { usePart } from "@/lib/parts";

const explained = async () => (await import("./error-code-dialog")).ErrorCodeDialog;

/** The code of an error; pressed, it says what it means and what to do. */
export function ErrorCode({ code }: { code: string }) {
  const [open, setOpen] = useState(false);
  const Explained = usePart(explained, open, () => setOpen(false));
  // What is no code of ours has no page: `offline`, `HTTP 502`.
  if (!/^TM\d{4}$/.test(code)) return <span className="font-mono">{code}</span>;
  return (
    <>
      <button
        type="button"
        title="What it means, and what to do"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="font-mono underline decoration-dotted underline-offset-2 hover:decoration-solid"
      >
        {code}
      </button>
      {open && Explained && <Explained code={code} onClose={() => setOpen(false)} />}
    </>
  );
}
