/** How a box looks and reads. */

import { count, plural } from "@/lib/format";
import { badWords, type Look, STANDING, STANDINGS } from "@/lib/states";
import type { GraphNode, Standing } from "@/lib/types";
import type { Box } from "./fold";

const VERSION: Record<"source" | "made", Look> = {
  source: { tone: "waiting", glyph: "◆", label: "Source", about: "files that were there" },
  made: { tone: "fresh", glyph: "✓", label: "Made", about: "a version that a run published" },
};

export function lookOfBox(box: Box): Look {
  if (box.kind === "version") return box.link.is_source ? VERSION.source : VERSION.made;
  if (box.kind === "dataset") return STANDING[box.node.worst];
  return STANDING[worstOf(box.members)];
}

export function worstOf(nodes: readonly GraphNode[]): Standing {
  return STANDINGS.find((word) => nodes.some((node) => node.worst === word)) ?? "present";
}

export function titleOf(box: Box): string {
  if (box.kind === "dataset") return box.node.name;
  if (box.kind === "version") return box.link.dataset;
  if (box.kind === "consumers") return plural(box.members.length, "consumer");
  if (box.name !== "") return box.name;
  return box.by === "owner" ? "no owner" : "no tag";
}

/** What is wrong first; when nothing is, how many are well. */
export function countsText(counts: Readonly<Record<string, number>>, most = 2): string {
  const bad = badWords(counts);
  const shown = bad.slice(0, most);
  if (bad.length > most) shown.push("…");
  const well = (counts.fresh ?? 0) + (counts.present ?? 0);
  if (shown.length < most && well > 0) shown.push(`${count(well)} ${counts.present ? "present" : "fresh"}`);
  return shown.join(", ") || "no partitions";
}

/** The second line of a box. */
export function aboutOf(box: Box): string {
  if (box.kind === "version") return box.link.partition;
  if (box.kind === "dataset") return countsText(box.node.counts);
  const worst = worstOf(box.members);
  const bad = box.members.filter((node) => node.worst === worst).length;
  const size = box.kind === "group" ? `${plural(box.members.length, "dataset")}, ` : "";
  return `${size}${count(bad)} ${STANDING[worst].label.toLowerCase()}`;
}

/** The whole of it, for those who do not see it. */
export function boxWords(box: Box, up: number, down: number): string {
  const links = `reads ${count(up)}, read by ${count(down)}`;
  if (box.kind === "version") {
    const { link } = box;
    return `${link.dataset} ${link.partition}, version ${link.id}, ${links}`;
  }
  if (box.kind === "dataset") {
    const { node } = box;
    const hidden = node.hidden_up + node.hidden_down;
    const more = hidden > 0 ? `, ${count(hidden)} neighbours not drawn` : "";
    return `${node.name}, ${STANDING[node.worst].label}, ${countsText(node.counts, 3)}${node.paused ? ", paused" : ""}, ${links}${more}`;
  }
  const of = box.kind === "consumers" ? ` of ${box.hub}` : "";
  return `${titleOf(box)}${of}, ${aboutOf(box)}, ${links}. Enter lists them`;
}
