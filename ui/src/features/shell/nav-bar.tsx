import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Tooltip } from "@/components/tooltip";
import { navigation } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { AREAS } from "./areas";

/** The areas at the left: icons and words, or only icons where it is narrow or was closed. */
export function NavBar() {
  const open = useStore(navigation) === "open";
  return (
    <nav
      aria-label="Areas"
      className={clsx(
        "flex shrink-0 flex-col gap-0.5 overflow-y-auto border-r border-line bg-panel p-1.5",
        open ? "w-12 lg:w-44" : "w-12",
      )}
    >
      <Link
        to="/"
        aria-label="Tidemill, overview"
        className="mb-1 flex h-9 items-center gap-2 rounded px-2 font-semibold hover:bg-hover"
      >
        <Wheel />
        <span className={clsx("hidden", open && "lg:inline")}>Tidemill</span>
      </Link>
      {AREAS.map(({ to, label, icon: Icon }) => (
        <Tooltip key={to} text={open ? "" : label}>
          <Link
            to={to}
            aria-label={label}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            className="flex h-8 items-center gap-2.5 rounded px-2 text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-chosen aria-[current=page]:font-medium aria-[current=page]:text-ink"
          >
            <Icon size={16} aria-hidden className="shrink-0" />
            <span className={clsx("hidden", open && "lg:inline")}>{label}</span>
          </Link>
        </Tooltip>
      ))}
    </nav>
  );
}

function Wheel() {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" className="shrink-0 text-accent">
      <g fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round">
        <path d="M10 2v9M5.5 6.5h9M6.8 3.3l6.4 6.4M13.2 3.3 6.8 9.7" />
        <path d="M1.5 14.5c2.1 0 2.1-1.8 4.2-1.8s2.1 1.8 4.3 1.8 2.1-1.8 4.3-1.8 2.1 1.8 4.2 1.8M1.5 18c2.1 0 2.1-1.8 4.2-1.8S7.8 18 10 18s2.1-1.8 4.3-1.8 2.1 1.8 4.2 1.8" />
      </g>
    </svg>
  );
}
