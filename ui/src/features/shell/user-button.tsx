import { User } from "lucide-react";
import type { ComponentProps } from "react";

export function UserButton({ name, ...rest }: ComponentProps<"button"> & { name: string | undefined }) {
  return (
    <button
      type="button"
      aria-label={name ? `Signed in as ${name}` : "Account"}
      className="inline-flex h-8 items-center gap-1.5 rounded px-1.5 hover:bg-hover"
      {...rest}
    >
      <User size={16} aria-hidden />
      <span className="hidden max-w-32 truncate xl:inline">{name}</span>
    </button>
  );
}
