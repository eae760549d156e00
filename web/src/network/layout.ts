/** Where the boxes of a network are drawn: layer below layer, wires crossing as little as may be. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { Graph } from "./graph";

export const BOX = { width: 216, height: 46 } as const;

export interface Layout {
  /** Top left corner by step. */
  places: Map<string, { x: number; y: number }>;
  width: number;
  height: number;
}

/** Lay a graph out from top to bottom. */
export function layoutOf(graph: Graph): Layout {
  const drawing = new graphlib.Graph();
  drawing.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 34, ranker: "network-simplex" });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const step of graph.steps) drawing.setNode(step.id, { ...BOX });
  for (const wire of graph.wires) drawing.setEdge(wire.from, wire.to);
  layout(drawing);
  const places = new Map(
    graph.steps.map((step) => {
      const { x, y } = drawing.node(step.id) as { x: number; y: number };
      return [step.id, { x: x - BOX.width / 2, y: y - BOX.height / 2 }];
    }),
  );
  const all = [...places.values()];
  return {
    places,
    width: Math.max(0, ...all.map(({ x }) => x + BOX.width)),
    height: Math.max(0, ...all.map(({ y }) => y + BOX.height)),
  };
}
