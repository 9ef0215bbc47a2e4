import type { Shortcut } from "@/lib/shortcuts";
import type { DatasetRow } from "@/lib/types";
import type { View } from "@/lib/views";
import type { AREAS } from "./areas";

type Area = (typeof AREAS)[number];

export type Entry =
  | { kind: "page"; key: string; to: Area["to"]; label: string }
  | { kind: "dataset"; key: string; row: DatasetRow }
  | { kind: "view"; key: string; view: View }
  | { kind: "run"; key: string; id: string }
  | { kind: "backfill"; key: string; id: string }
  | { kind: "action"; key: string; shortcut: Shortcut };

export interface Known {
  areas: readonly Area[];
  datasets: readonly DatasetRow[];
  shortcuts: readonly Shortcut[];
  views: readonly View[];
  /** What the number in the text would mean, and is known not to be there. */
  absent: readonly Numbered[];
}

export type Numbered = "run" | "backfill";

/** The number in a text, and what it may be the number of. */
export function numberIn(q: string): { id: string; may: readonly Numbered[] } | undefined {
  const found = /^(?:(run|backfill|r|b)\s*)?#?(\d{1,15})$/i.exec(q);
  const id = found?.[2];
  if (!id) return;
  const word = (found[1] ?? "").toLowerCase();
  if (word === "") return { id, may: ["run", "backfill"] };
  return { id, may: [word.startsWith("r") ? "run" : "backfill"] };
}

/** What a text may mean, the most likely first: a number is a run or a backfill, else a name. */
export function entriesFor(q: string, { areas, datasets, shortcuts, views, absent }: Known): Entry[] {
  const out: Entry[] = [];
  const number = numberIn(q);
  for (const kind of number?.may ?? []) {
    const id = number?.id ?? "";
    if (!absent.includes(kind)) out.push({ kind, key: `${kind} ${id}`, id });
  }
  const matches = (text: string) => wordsIn(text.toLowerCase(), q.toLowerCase());
  const pages: Entry[] = areas
    .filter(({ label }) => matches(label))
    .map(({ to, label }) => ({ kind: "page", key: to, to, label }));
  const rows: Entry[] = datasets
    .filter((row) => matches(row.name) || matches(row.description ?? ""))
    .map((row) => ({ kind: "dataset", key: `dataset ${row.name}`, row }));
  // Going somewhere is listed as a page already.
  const last = new Map(shortcuts.filter(({ group }) => group !== "Go to").map((one) => [one.keys, one]));
  const actions: Entry[] = [...last.values()]
    .filter(({ label, keys, run }) => run && keys !== "mod+k" && matches(label))
    .map((shortcut) => ({ kind: "action", key: `action ${shortcut.keys}`, shortcut }));
  const kept: Entry[] = views
    .filter(({ name, page }) => matches(`${page} ${name} view`))
    .map((view) => ({ kind: "view", key: `view ${view.page} ${view.name}`, view }));
  // With nothing typed, pages are what is wanted; with a text, rather a dataset.
  out.push(
    ...(q === "" ? [...kept, ...pages, ...rows, ...actions] : [...kept, ...rows, ...pages, ...actions]),
  );
  return out;
}

/** Whether all words of `q` begin somewhere in the text, or stand in it. */
function wordsIn(text: string, q: string): boolean {
  return q.split(/\s+/).every((word) => text.includes(word));
}
