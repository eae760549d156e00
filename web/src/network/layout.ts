/** Where the boxes of a network are drawn: layer below layer, wires crossing as little as may be. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { Graph } from "./graph";

export const BOX = { width: 216, height: 46 } as const;

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  /** Top left corner by step. */
  places: Map<string, Point>;
  /** Where each wire of the graph bends, so that it passes beside the boxes between its ends. */
  routes: Point[][];
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
  const routes = graph.wires.map(({ from, to }) => (drawing.edge(from, to) as { points: Point[] }).points);
  const all = [...places.values()];
  return {
    places,
    routes,
    width: Math.max(0, ...all.map(({ x }) => x + BOX.width)),
    height: Math.max(0, ...all.map(({ y }) => y + BOX.height)),
  };
}

/** A route as the path of an SVG drawing, its bends rounded. */
export function pathOf(route: Point[]): string {
  const [first, ...rest] = route;
  const parts = [`M${at(first)}`];
  for (let i = 0; i < rest.length - 1; i++) {
    const end = i === rest.length - 2 ? rest[i + 1] : { x: (rest[i].x + rest[i + 1].x) / 2, y: (rest[i].y + rest[i + 1].y) / 2 };
    parts.push(`Q${at(rest[i])} ${at(end)}`);
  }
  if (rest.length === 1) parts.push(`L${at(rest[0])}`);
  return parts.join(" ");
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
