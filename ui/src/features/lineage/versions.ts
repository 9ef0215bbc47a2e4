/** The versions a version was made from and those made from it, as a picture. */

import type { LineageLink, VersionGraph } from "@/lib/types";
import type { Picture } from "./fold";

export const versionId = (id: number): string => `version:${id}`;

export function versionPicture(graphs: readonly VersionGraph[], self: LineageLink | null): Picture {
  const links = new Map<number, LineageLink>();
  if (self) links.set(self.id, self);
  for (const graph of graphs) for (const link of graph.nodes) links.set(link.id, link);
  const edges = new Map<string, Picture["edges"][number]>();
  for (const graph of graphs) {
    for (const { from, to } of graph.edges) {
      if (!links.has(from) || !links.has(to)) continue;
      const [a, b] = [versionId(from), versionId(to)];
      edges.set(`${a}\n${b}`, { from: a, to: b, links: 1, required: true, mapping: "" });
    }
  }
  const boxes: Picture["boxes"] = [...links.values()].map((link) => ({
    id: versionId(link.id),
    kind: "version",
    link,
    match: true,
  }));
  return { boxes, edges: [...edges.values()], boxOf: new Map(boxes.map((box) => [box.id, box.id])) };
}

export interface SourceFile {
  path: string;
  link: LineageLink;
}

/** The files of sources that a version goes back to, each once. */
export function sourceFiles(up: VersionGraph): SourceFile[] {
  const files = new Map<string, SourceFile>();
  for (const link of up.nodes) {
    if (!link.is_source) continue;
    for (const path of link.paths) files.set(path, { path, link });
  }
  return [...files.values()].sort((a, b) => a.path.localeCompare(b.path));
}

export interface VersionRow {
  link: LineageLink;
  /** Below zero for what it was made from. */
  hop: number;
}

export function versionRows(
  id: number,
  up: VersionGraph | undefined,
  down: VersionGraph | undefined,
): VersionRow[] {
  const rows = [...hopsOf(id, up, "up"), ...hopsOf(id, down, "down")];
  return rows.sort(
    (a, b) =>
      a.hop - b.hop ||
      a.link.dataset.localeCompare(b.link.dataset) ||
      a.link.partition.localeCompare(b.link.partition),
  );
}

function hopsOf(id: number, graph: VersionGraph | undefined, way: "up" | "down"): VersionRow[] {
  const next = new Map<number, number[]>();
  for (const { from, to } of graph?.edges ?? []) {
    const [near, far] = way === "down" ? [from, to] : [to, from];
    next.set(near, [...(next.get(near) ?? []), far]);
  }
  const hops = new Map<number, number>([[id, 0]]);
  const queue = [id];
  for (let head = 0; head < queue.length; head += 1) {
    const at = queue[head] ?? id;
    for (const far of next.get(at) ?? []) {
      if (hops.has(far)) continue;
      hops.set(far, (hops.get(at) ?? 0) + 1);
      queue.push(far);
    }
  }
  return (graph?.nodes ?? [])
    .filter((link) => link.id !== id)
    .map((link) => ({ link, hop: (way === "up" ? -1 : 1) * (hops.get(link.id) ?? 1) }));
}
