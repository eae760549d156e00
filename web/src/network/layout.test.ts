import { describe, expect, it } from "vitest";
import type { Graph, Step } from "./graph";
import { BOX, layoutOf, pathOf } from "./layout";

const step = (id: string): Step => ({ id, kind: "layer", title: id, what: "", node: null, wired: null });
const graph: Graph = {
  steps: ["a", "b", "c", "alone"].map(step),
  wires: [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
    { from: "a", to: "c" },
  ],
};

describe("the layout of a network", () => {
  it("puts every box below those it takes from, none over another", () => {
    const { places, width, height } = layoutOf(graph);
    for (const { from, to } of graph.wires) expect(places.get(to)!.y).toBeGreaterThanOrEqual(places.get(from)!.y + BOX.height);
    const all = [...places.values()];
    expect(all).toHaveLength(4);
    all.forEach((one, i) => all.slice(i + 1).forEach((other) => expect(Math.abs(one.x - other.x) >= BOX.width || Math.abs(one.y - other.y) >= BOX.height).toBe(true)));
    expect(Math.max(...all.map(({ x }) => x + BOX.width))).toBe(width);
    expect(Math.max(...all.map(({ y }) => y + BOX.height))).toBe(height);
  });

  it("leads a wire past the box that stands between its ends", () => {
    const { places, routes } = layoutOf(graph);
    const between = places.get("b")!;
    const past = routes[2].filter(({ y }) => y > between.y && y < between.y + BOX.height);
    expect(past.length).toBeGreaterThan(0);
    for (const { x } of past) expect(x < between.x || x > between.x + BOX.width).toBe(true);
  });

  it("draws a route from its first point to its last", () => {
    expect(pathOf([{ x: 0, y: 0 }, { x: 0, y: 10 }])).toBe("M0 0 L0 10");
    expect(pathOf([{ x: 0, y: 0 }, { x: 5, y: 5 }, { x: 0, y: 10 }])).toBe("M0 0 Q5 5 0 10");
  });

  it("is empty for an empty graph", () => {
    expect(layoutOf({ steps: [], wires: [] })).toMatchObject({ width: 0, height: 0, routes: [] });
  });
});
