import { CircleHelp, Monitor, Moon, Search, Sun } from "lucide-react";
import { IconButton } from "@/components/button";
import { Kbd } from "@/components/kbd";
import { localZone, ZONE_CHOICES, type ZoneChoice } from "@/lib/instants";
import { nextOf, THEMES, type Theme, theme, zoneChoice } from "@/lib/preferences";
import { useSession } from "@/lib/session";
import { useStore } from "@/lib/store";
import { Breadcrumb } from "./breadcrumb";
import { LiveIndicator } from "./live-indicator";
import { UserMenu } from "./user-menu";

const ZONES: Record<ZoneChoice, string> = {
  dataset: "Dataset's time",
  utc: "UTC",
  local: `My time (${localZone})`,
};
const THEME_ICON: Record<Theme, typeof Sun> = { system: Monitor, light: Sun, dark: Moon };

export function TopBar({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  const session = useSession();
  const zone = useStore(zoneChoice);
  const chosen = useStore(theme);
  const Icon = THEME_ICON[chosen];
  const environment = session?.environment ?? "";
  return (
    <header className="shrink-0 border-b border-line bg-panel">
      {/* One look tells production from the rest. */}
      {/^prod/i.test(environment) && <div className="h-1 bg-danger" aria-hidden="true" />}
      <div className="flex min-h-11 items-center gap-x-2 px-3 py-1 md:px-6">
        <Breadcrumb />
        <div className="ml-auto flex shrink-0 items-center gap-1.5">
          <button
            type="button"
            onClick={onSearch}
            className="inline-flex h-8 items-center gap-2 rounded border border-line-strong bg-panel px-2 text-muted hover:bg-hover"
          >
            <Search size={14} aria-hidden />
            <span className="max-md:sr-only">Search</span>
            <span className="hidden md:inline">
              <Kbd keys="mod+k" />
            </span>
          </button>
          {environment && (
            <span className="hidden rounded border border-line px-2 py-0.5 text-sm text-muted sm:inline">
              <span className="sr-only">Environment: </span>
              {environment}
            </span>
          )}
          <LiveIndicator />
          {/* The browser's own list: it is the only choice up here, and weighs nothing. */}
          <select
            aria-label="Time zone of all times"
            value={zone}
            onChange={(event) => {
              const next = ZONE_CHOICES.find((one) => one === event.target.value);
              if (next) zoneChoice.set(next);
            }}
            className="hidden h-8 max-w-40 rounded border border-line-strong bg-panel px-1.5 hover:bg-hover lg:inline"
          >
            {ZONE_CHOICES.map((one) => (
              <option key={one} value={one}>
                {ZONES[one]}
              </option>
            ))}
          </select>
          <IconButton
            label={`Theme: ${chosen}`}
            className="max-sm:hidden"
            onClick={() => theme.set((now) => nextOf(THEMES, now))}
          >
            <Icon size={16} aria-hidden />
          </IconButton>
          <IconButton label="Keys" className="max-sm:hidden" onClick={onHelp}>
            <CircleHelp size={16} aria-hidden />
          </IconButton>
          <UserMenu />
        </div>
      </div>
    </header>
  );
}
