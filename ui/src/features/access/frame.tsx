import { type ReactNode, useEffect } from "react";
import { Toaster } from "@/components/toaster";
import { TooltipProvider } from "@/components/tooltip";

/** The pages before the program: one sheet in the middle. */
export function AccessFrame({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Tidemill`;
  }, [title]);
  return (
    <TooltipProvider>
      <main className="flex min-h-full items-start justify-center px-4 py-[12vh]">
        <div className="w-full max-w-sm">
          <p className="mb-3 flex items-center gap-2 font-semibold">
            <img src="./favicon.svg" alt="" width="22" height="22" />
            Tidemill
          </p>
          <div className="rounded-lg border border-line bg-panel p-5">
            <h1 className="mb-4 text-xl font-semibold">{title}</h1>
            {children}
          </div>
        </div>
      </main>
      <Toaster />
    </TooltipProvider>
  );
}

interface FieldProps {
  label: string;
  name: string;
  type?: "text" | "password";
  autoComplete: string;
  hint?: string;
  minLength?: number;
  autoFocus?: boolean;
}

export function Field({ label, hint, ...input }: FieldProps) {
  return (
    <label className="flex flex-col gap-1">
      <span className="font-medium">{label}</span>
      <input
        required
        type="text"
        spellCheck={false}
        autoCapitalize="none"
        aria-describedby={hint ? `${input.name}-hint` : undefined}
        className="h-9 rounded border border-line-strong bg-panel px-2.5"
        {...input}
      />
      {hint && (
        <span id={`${input.name}-hint`} className="text-sm text-muted">
          {hint}
        </span>
      )}
    </label>
  );
}
