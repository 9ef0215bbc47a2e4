import { createContext, useContext } from "react";
import { ZONE_CHOICES, type ZoneChoice, zoneFor } from "./instants";
import { createRemembered, useStore } from "./store";

export type Theme = "system" | "light" | "dark";
export const THEMES = ["system", "light", "dark"] as const satisfies readonly Theme[];

export const theme = createRemembered("theme", THEMES, "system");
export const zoneChoice = createRemembered("zone", ZONE_CHOICES, "dataset");
export const navigation = createRemembered("navigation", ["open", "closed"] as const, "open");
export const density = createRemembered("density", ["normal", "compact"] as const, "normal");
export const singleKeys = createRemembered("keys", ["on", "off"] as const, "on");

const systemDark = window.matchMedia?.("(prefers-color-scheme: dark)");

export function isDark(choice: Theme): boolean {
  return choice === "dark" || (choice === "system" && (systemDark?.matches ?? false));
}

/** Puts the theme on the document now and whenever it changes. */
export function startTheme(): void {
  const put = () => {
    document.documentElement.dataset.theme = isDark(theme.get()) ? "dark" : "light";
    window.dispatchEvent(new Event("tidemill:theme"));
  };
  put();
  theme.subscribe(put);
  systemDark?.addEventListener("change", put);
}

export function nextOf<T>(all: readonly T[], now: T): T {
  const next = all[(all.indexOf(now) + 1) % all.length];
  return next === undefined ? now : next;
}

/** The zone of the dataset that this part of the page is about. */
export const DatasetZone = createContext<string | undefined>(undefined);

/** A zone in the address (`tz=`) wins over the choice this browser remembers. */
export const ZoneOverride = createContext<ZoneChoice | undefined>(undefined);

export function useZone(dataset?: string): string {
  const around = useContext(DatasetZone);
  const override = useContext(ZoneOverride);
  const chosen = useStore(zoneChoice);
  return zoneFor(override ?? chosen, dataset ?? around);
}
