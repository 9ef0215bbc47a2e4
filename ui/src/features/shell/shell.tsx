import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { copy } from "@/components/copy-button";
import { Toaster } from "@/components/toaster";
import { TooltipProvider } from "@/components/tooltip";
import { ZONE_CHOICES } from "@/lib/instants";
import { startLive } from "@/lib/live";
import { usePart } from "@/lib/parts";
import { navigation, nextOf, THEMES, theme, ZoneOverride, zoneChoice } from "@/lib/preferences";
import { oneOf } from "@/lib/search";
import { startShortcuts, useShortcut } from "@/lib/shortcuts";
import { toast } from "@/lib/toasts";
import { AliveBar } from "./alive-bar";
import { AREAS } from "./areas";
import { NavBar } from "./nav-bar";
import { PaletteWaiting } from "./palette-waiting";
import { TopBar } from "./top-bar";

// Neither is needed to see a page, so they are fetched when they are asked for.
const helpSheet = async () => (await import("./help-sheet")).HelpSheet;
const palettePart = async () => (await import("./palette")).Palette;

const GROUP = "Everywhere";
const zoneInAddress = oneOf(ZONE_CHOICES);

/** What is around every page: navigation, top bar, palette, help, messages. */
export function Shell() {
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  const HelpSheet = usePart(helpSheet, help, () => setHelp(false));
  const Palette = usePart(palettePart, palette, () => setPalette(false));
  const typed = useRef("");
  const params = useRouterState({ select: (state) => state.location.search });
  const zone = "tz" in params ? zoneInAddress(params.tz) : undefined;

  const cache = useQueryClient();

  useEffect(() => startShortcuts(), []);
  useEffect(() => startLive(cache), [cache]);
  useShortcut("?", "Show the keys that work here", () => setHelp(true), { group: GROUP });
  const search = () => {
    typed.current = "";
    setPalette(true);
  };
  useShortcut("mod+k", "Search and go", search, { group: GROUP });
  useShortcut("y", "Copy the link of this page", () => copy(window.location.href, "Link"), { group: GROUP });
  useShortcut(
    "t",
    "Next theme: system, light, dark",
    () => {
      theme.set((now) => nextOf(THEMES, now));
      toast(`Theme: ${theme.get()}`);
    },
    { group: GROUP },
  );
  useShortcut(
    "z",
    "Next time zone: of the dataset, UTC, mine",
    () => {
      zoneChoice.set((now) => nextOf(ZONE_CHOICES, now));
      toast(`Times: ${{ dataset: "zone of the dataset", utc: "UTC", local: "my zone" }[zoneChoice.get()]}`);
    },
    { group: GROUP },
  );
  useShortcut(
    "[",
    "Open or close the navigation",
    () => navigation.set((now) => (now === "open" ? "closed" : "open")),
    {
      group: GROUP,
    },
  );

  return (
    <TooltipProvider delayDuration={300}>
      <ZoneOverride value={zone}>
        <button
          type="button"
          className="sr-only focus:not-sr-only focus:absolute focus:left-2 focus:top-2 focus:z-50 focus:rounded focus:bg-raised focus:px-3 focus:py-2"
          onClick={() => document.getElementById("main")?.focus()}
        >
          Skip to the content
        </button>
        <div className="flex h-full">
          <NavBar />
          <div className="flex min-w-0 grow flex-col">
            <TopBar onSearch={search} onHelp={() => setHelp(true)} />
            <AliveBar />
            <main
              id="main"
              tabIndex={-1}
              className="min-h-0 grow scroll-pb-20 overflow-y-auto focus:outline-none"
            >
              <Outlet />
            </main>
          </div>
        </div>
        {AREAS.map((area) => (
          <GoTo key={area.to} area={area} />
        ))}
        {help && HelpSheet && <HelpSheet open onOpenChange={setHelp} />}
        {palette && !Palette && <PaletteWaiting typed={typed} onClose={() => setPalette(false)} />}
        {palette && Palette && <Palette open onOpenChange={setPalette} start={typed.current} />}
        <Toaster />
      </ZoneOverride>
    </TooltipProvider>
  );
}

function GoTo({ area }: { area: (typeof AREAS)[number] }) {
  const navigate = useNavigate();
  useShortcut(`g ${area.key}`, `Go to ${area.label}`, () => navigate({ to: area.to }), { group: "Go to" });
  return null;
}
