import { type ReactNode, useId, useState } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ErrorState } from "./error-state";

interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, and what will not. */
  children: ReactNode;
  /** The effect, as the words of the button: "Cancel 96 runs". */
  effect: string;
  danger?: boolean;
  /** For what is hard to undo: this text must be typed first. */
  typeToConfirm?: string | undefined;
  disabledReason?: string | undefined;
  busy?: boolean;
  error?: unknown;
  onConfirm: () => void;
}

/** Asks before something is done. Staying is what has the focus, never the act. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, children, effect, danger = false, typeToConfirm, busy = false } = props;
  const [typed, setTyped] = useState("");
  const field = useId();
  const unsaid = typeToConfirm !== undefined && typed !== typeToConfirm;
  const reason = props.disabledReason ?? (unsaid ? `Type ${typeToConfirm} first.` : undefined);
  const close = (next: boolean) => {
    setTyped("");
    onOpenChange(next);
  };
  return (
    <Dialog open={open} onOpenChange={close} title={title}>
      <div className="flex flex-col gap-3">
        <div>{children}</div>
        {typeToConfirm !== undefined && (
          <label htmlFor={field} className="flex flex-col gap-1">
            <span>
              Type <code className="font-mono font-semibold">{typeToConfirm}</code> to go on
            </span>
            <input
              id={field}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
              className="h-8 rounded border border-line-strong bg-panel px-2 font-mono"
            />
          </label>
        )}
        {props.error ? <ErrorState what="It could not be done." error={props.error} /> : null}
        <div className="flex justify-end gap-2 pt-1">
          <Button autoFocus onClick={() => close(false)}>
            Leave it
          </Button>
          <Button
            kind={danger ? "danger" : "primary"}
            busy={busy}
            disabledReason={reason}
            onClick={props.onConfirm}
          >
            {effect}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
