import clsx from "clsx";
import { X } from "lucide-react";
import { useStore } from "@/lib/store";
import { closeToast, toasts } from "@/lib/toasts";
import { Button, IconButton } from "./button";

/** Where toasts appear. The region is always there, or a screen reader would not notice what comes into it. */
export function Toaster() {
  const all = useStore(toasts);
  return (
    <section
      aria-label="Messages"
      aria-live="polite"
      className="pointer-events-none fixed bottom-4 right-4 z-50 flex max-w-[calc(100vw-2rem)] flex-col gap-2"
    >
      {all.map((toast) => (
        <div
          key={toast.id}
          className={clsx(
            "pointer-events-auto flex max-w-md items-center gap-3 rounded border bg-raised px-3 py-2 shadow-lg",
            toast.tone === "danger" ? "border-danger" : "border-line-strong",
          )}
        >
          <span className="grow">{toast.text}</span>
          {toast.action && (
            <Button
              size="small"
              onClick={() => {
                toast.action?.run();
                closeToast(toast.id);
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton label="Close message" className="size-6" onClick={() => closeToast(toast.id)}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
