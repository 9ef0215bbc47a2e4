/** Which columns of which list this browser shows. */
import { isRecord } from "./problem";
import { createKept, parsed, type Store } from "./store";

/** By id: what somebody chose; the others are as they are declared. */
export type ColumnChoice = Readonly<Record<string, boolean>>;

const stores = new Map<string, Store<ColumnChoice>>();

export function columnChoice(list: string): Store<ColumnChoice> {
  const known = stores.get(list);
  if (known) return known;
  const made = createKept(`columns.${list}`, readChoice, JSON.stringify);
  stores.set(list, made);
  return made;
}

function readChoice(kept: string | null): ColumnChoice {
  const value = parsed(kept);
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean"),
  );
}
