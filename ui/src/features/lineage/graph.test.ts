import { describe, expect, it } from "vitest";
import type { Graph, GraphNode } from "@/lib/types";
import { counts } from "@/test/factories/datasets";
import { fold, HUB_CONSUMERS, hubId } from "./fold";
import { indexGraph, litBetween, matches, mergeGraphs, reach } from "./graph";
import { impactCsv, impactOf } from "./impact";
import { step } from "./walk";

function node(name: string, more: Partial<GraphNode> = {}): GraphNode {
  return {
    name,
    kind: "transform",
    owner: null,
    tags: [],
    worst: "fresh",
    counts: counts({ fresh: 3 }),
    published_at: null,
    sla: null,
    hidden_up: 0,
    hidden_down: 0,
    paused: false,
    ...more,
  };
}

function graph(edges: string, more: Record<string, Partial<GraphNode>> = {}): Graph {
  const pairs = edges.split(" ").map((pair) => pair.split(">"));
  const names = [...new Set(pairs.flat())];
  return {
    as_of: "2026-11-22T06:00:00Z",
    nodes: names.map((name) => node(name, more[name])),
    edges: pairs.map(([from = "", to = ""]) => ({ from, to, mapping: "same", required: true })),
    truncated: 0,
    focus: null,
  };
}

const everything = () => true;
const plain = { group: null, open: new Set<string>(), keep: new Set<string>(), matches: everything };

describe("the index", () => {
  it("counts hops the short way", () => {
    const index = indexGraph(graph("a>b b>c a>c c>d"));
    expect([...reach(index, "a", "down")]).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 1],
      ["d", 2],
    ]);
    expect([...reach(index, "d", "up").keys()].sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("ends on circles", () => {
    expect(reach(indexGraph(graph("a>b b>a")), "a", "down").size).toBe(2);
  });

  it("lights every way between two nodes and nothing beside it", () => {
    const index = indexGraph(graph("a>b b>d a>c c>d d>e x>d c>y"));
    expect([...litBetween(index, "a", "d")].sort()).toEqual(["a", "b", "c", "d"]);
    expect([...litBetween(index, "d", "a")].sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("lights what a node hangs on when there is no way from the focus", () => {
    const index = indexGraph(graph("a>b c>d d>e"));
    expect([...litBetween(index, "a", "d")].sort()).toEqual(["c", "d", "e"]);
    expect([...litBetween(index, null, "b")].sort()).toEqual(["a", "b"]);
  });
});

describe("neighbourhoods", () => {
  it("are joined without counting a neighbour that is drawn as hidden", () => {
    const one = graph("a>b b>c", { c: { hidden_down: 2 }, a: { hidden_down: 1 } });
    const two = graph("b>c c>d c>e a>e", { b: { hidden_up: 1 }, a: { hidden_down: 1 } });
    const both = mergeGraphs([one, two]);
    const found = new Map(both.nodes.map((each) => [each.name, each]));
    expect(found.get("c")?.hidden_down).toBe(0);
    expect(found.get("b")?.hidden_up).toBe(0);
    expect(found.get("a")?.hidden_down).toBe(0);
    expect(both.edges).toHaveLength(5);
  });
});

describe("typing", () => {
  it("finds by name, owner and tag, all words together", () => {
    const found = node("events_daily", { owner: "growth", tags: ["core"], worst: "stale" });
    expect(matches(found, "events")).toBe(true);
    expect(matches(found, "daily growth")).toBe(true);
    expect(matches(found, "daily finance")).toBe(false);
    expect(matches(found, "owner:gro tag:core state:failed,stale")).toBe(true);
    expect(matches(found, "state:fresh")).toBe(false);
    expect(matches(found, "")).toBe(true);
  });
});

describe("folding", () => {
  const consumers = Array.from({ length: HUB_CONSUMERS + 5 }, (_, index) => `c${index}`);
  const hub = graph(`${consumers.map((name) => `hub>${name}`).join(" ")} c0>c1 c2>out`);

  it("makes the consumers of a hub one box, but not those that lead on", () => {
    const picture = fold(hub, plain);
    const box = picture.boxes.find((each) => each.id === hubId("hub"));
    expect(box?.kind === "consumers" && box.members.length).toBe(HUB_CONSUMERS + 4);
    expect(picture.boxOf.get("c2")).toBe("c2");
    expect(picture.edges.find((edge) => edge.to === hubId("hub"))?.links).toBe(HUB_CONSUMERS + 4);
  });

  it("shows what a person opened, and what they look at", () => {
    expect(fold(hub, { ...plain, open: new Set([hubId("hub")]) }).boxes).toHaveLength(hub.nodes.length);
    expect(fold(hub, { ...plain, keep: new Set(["c7"]) }).boxOf.get("c7")).toBe("c7");
  });

  it("leaves 25 consumers alone", () => {
    const few = graph(
      consumers
        .slice(0, HUB_CONSUMERS)
        .map((name) => `hub>${name}`)
        .join(" "),
    );
    expect(fold(few, plain).boxes).toHaveLength(HUB_CONSUMERS + 1);
  });

  it("groups by owner, opens one group, and counts the links between", () => {
    const owned = graph("a>b a>c b>d", {
      a: { owner: "raw" },
      b: { owner: "growth" },
      c: { owner: "growth" },
    });
    const picture = fold(owned, { ...plain, group: "owner" });
    expect(picture.boxes.map((box) => box.id).sort()).toEqual(["owner:", "owner:growth", "owner:raw"]);
    expect(picture.edges.find((edge) => edge.to === "owner:growth")?.links).toBe(2);
    const opened = fold(owned, { ...plain, group: "owner", open: new Set(["owner:growth"]) });
    expect(opened.boxes.map((box) => box.id).sort()).toEqual(["b", "c", "owner:", "owner:raw"]);
  });
});

describe("impact", () => {
  const index = indexGraph(graph("a>b b>c a>d", { d: { owner: 'Ann "A" Lee, growth', tags: ["x", "y"] } }));

  it("lists by distance", () => {
    expect(impactOf(index, "a", "down").map((row) => [row.name, row.hop, row.via])).toEqual([
      ["b", 1, "a"],
      ["d", 1, "a"],
      ["c", 2, "b"],
    ]);
    expect(impactOf(index, "c", "up").map((row) => row.name)).toEqual(["b", "a"]);
  });

  it("is CSV that a spreadsheet reads, and does not run", () => {
    const [first] = impactOf(indexGraph(graph("a>=cmd")), "a", "down");
    expect(impactCsv(first ? [first] : [])).toContain("\r\n'=cmd,1,a,transform,,,fresh,3,\r\n");
    expect(impactCsv(impactOf(index, "a", "down"))).toContain('"Ann ""A"" Lee, growth",x y');
  });
});

describe("arrows", () => {
  const places = { a: { x: 0, y: 0 }, b: { x: 320, y: 0 }, c: { x: 320, y: 100 }, d: { x: 0, y: 200 } };
  const edges = [
    { from: "a", to: "b" },
    { from: "a", to: "c" },
    { from: "d", to: "c" },
  ];

  it("go along edges sideways, and along the column up and down", () => {
    expect(step("a", "ArrowRight", places, edges)).toBe("b");
    expect(step("b", "ArrowDown", places, edges)).toBe("c");
    expect(step("c", "ArrowLeft", places, edges)).toBe("a");
    expect(step("a", "ArrowDown", places, edges)).toBe("d");
  });

  it("stay where there is nowhere to go", () => {
    expect(step("a", "ArrowLeft", places, edges)).toBe("a");
    expect(step("b", "ArrowUp", places, edges)).toBe("b");
    expect(step("gone", "ArrowUp", places, edges)).toBe("a");
  });
});
