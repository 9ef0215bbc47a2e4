/** The graph as a tree that is opened branch by branch; what hangs on several is in each of their branches. */

import type { Picture } from "./fold";

export interface TreeRow {
  /** Where it is: the ids from the root, so that one dataset in two branches is two rows. */
  path: string;
  id: string;
  level: number;
  /** Place among its siblings, from 1, and how many they are. */
  place: number;
  siblings: number;
  /** How many are below it. */
  children: number;
  open: boolean;
}

const SEPARATOR = "\u001f";

export type Way = "up" | "down";

export function treeRows(
  picture: Picture,
  way: Way,
  root: string | null,
  open: ReadonlySet<string>,
): TreeRow[] {
  const next = new Map<string, string[]>();
  const before = new Set<string>();
  for (const edge of picture.edges) {
    const [from, to] = way === "down" ? [edge.from, edge.to] : [edge.to, edge.from];
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
    before.add(to);
  }
  for (const list of next.values()) list.sort();
  const ids = picture.boxes.map((box) => box.id);
  const starts = root !== null && ids.includes(root) ? [root] : ids.filter((id) => !before.has(id)).sort();
  const rows: TreeRow[] = [];
  const visit = (list: readonly string[], above: readonly string[]): void => {
    list.forEach((id, index) => {
      const path = [...above, id].join(SEPARATOR);
      // On a circle one would go round for ever.
      const children = above.includes(id) ? [] : (next.get(id) ?? []);
      const isOpen = open.has(path) && children.length > 0;
      rows.push({
        path,
        id,
        level: above.length + 1,
        place: index + 1,
        siblings: list.length,
        children: children.length,
        open: isOpen,
      });
      if (isOpen) visit(children, [...above, id]);
    });
  };
  visit(starts, []);
  return rows;
}

export function parentPath(path: string): string | null {
  const end = path.lastIndexOf(SEPARATOR);
  return end < 0 ? null : path.slice(0, end);
}
