/** The network and what the integration wires to it, as one graph that people read. */
import type { NetworkDetails, NetworkNode, WiredFunction } from "../api/types";

export type StepKind = NetworkNode["kind"] | "encoder" | "ground truth" | "loss" | "metric" | "target" | "visualizer" | "latent space";

/** One box of the graph: a step of the network, or a function of the integration. */
export interface Step {
  id: string;
  kind: StepKind;
  /** What people call it. */
  title: string;
  /** What it computes, or what kind of function it is. */
  what: string;
  node: NetworkNode | null;
  wired: WiredFunction | null;
}

export interface Wire {
  from: string;
  to: string;
}

export interface Graph {
  steps: Step[];
  wires: Wire[];
}

const KINDS: Record<WiredFunction["kind"], StepKind> = {
  input: "encoder",
  ground_truth: "ground truth",
  loss: "loss",
  metric: "metric",
  target: "target",
  visualizer: "visualizer",
  latent_space: "latent space",
};

const nodeId = (name: string) => `network ${name}`;
const functionId = (kind: string, name: string) => `${kind} ${name}`;

/** Everything as one graph; without its operations the network is its inputs, layers, joins and outputs. */
export function graphOf(details: NetworkDetails, operations: boolean): Graph {
  const plain = operations ? new Set<string>() : plainOperations(details);
  const nodes = details.nodes.filter((node) => !plain.has(node.name));
  const kept = new Set(nodes.map((node) => node.name));
  const encoders = details.functions.filter(({ kind }) => kind === "input" || kind === "ground_truth");
  const others = details.functions.filter(({ kind }) => kind !== "input" && kind !== "ground_truth");
  const steps = [
    ...encoders.map(functionStep),
    ...nodes.map((node): Step => ({ id: nodeId(node.name), kind: node.kind, title: node.name, what: node.operator, node, wired: null })),
    ...others.map(functionStep),
  ];
  const present = new Set(steps.map((step) => step.id));
  const outputs = new Set(nodes.filter((node) => node.kind === "output").map((node) => node.name));
  const wires = [
    ...encoders.filter((one) => one.feeds !== null).map((one) => ({ from: functionId(one.kind, one.name), to: nodeId(one.feeds as string) })),
    ...bridged(details.edges, kept).map(([from, to]) => ({ from: nodeId(from), to: nodeId(to) })),
    ...others.flatMap((one) =>
      one.arguments
        .filter((argument) => argument.source !== "samples")
        .map((argument) => ({
          from: argument.source === "prediction" ? nodeId(outputs.has(argument.name) ? argument.name : `${argument.name}.output`) : functionId(argument.source, argument.name),
          to: functionId(one.kind, one.name),
        })),
    ),
  ];
  return { steps, wires: distinct(wires).filter(({ from, to }) => present.has(from) && present.has(to)) };
}

/** Operations that only pass one thing on; those that join several (an addition, a concatenation) keep the graph legible. */
export function plainOperations(details: NetworkDetails): Set<string> {
  const takes = new Map<string, number>();
  for (const [, to] of details.edges) takes.set(to, (takes.get(to) ?? 0) + 1);
  return new Set(details.nodes.filter((node) => node.kind === "operation" && !node.captured && (takes.get(node.name) ?? 0) < 2).map((node) => node.name));
}

function functionStep(wired: WiredFunction): Step {
  const kind = KINDS[wired.kind];
  return { id: functionId(wired.kind, wired.name), kind, title: wired.name, what: kind, node: null, wired };
}

/** The edges between the nodes that are kept, where a path leads from one to the other through those that are not. */
export function bridged(edges: string[][], kept: Set<string>): string[][] {
  const after = new Map<string, string[]>();
  for (const [from, to] of edges) after.set(from, [...(after.get(from) ?? []), to]);
  const found: string[][] = [];
  for (const start of kept) {
    const seen = new Set<string>();
    const open = [...(after.get(start) ?? [])];
    while (open.length > 0) {
      const next = open.pop() as string;
      if (seen.has(next)) continue;
      seen.add(next);
      if (kept.has(next)) found.push([start, next]);
      else open.push(...(after.get(next) ?? []));
    }
  }
  return found;
}

function distinct(wires: Wire[]): Wire[] {
  return [...new Map(wires.map((wire) => [`${wire.from}\n${wire.to}`, wire])).values()];
}

/** The steps that a latent space is built of. */
export function stepsOfSpace(details: NetworkDetails, space: string | null): Set<string> | null {
  const found = details.spaces.find((one) => one.name === space);
  if (!found) return null;
  if (found.layers.length === 0) return new Set([functionId("latent_space", found.name)]);
  return new Set(found.layers.map(nodeId));
}

/** A shape without its batch axis, e.g. `64 × 14 × 14`; a size that varies is a question mark. */
export function shapeText(shape: (number | null)[] | null): string {
  if (shape === null) return "";
  if (shape.length < 2) return "scalar";
  return shape
    .slice(1)
    .map((size) => size ?? "?")
    .join(" × ");
}

const WIDTHS = [
  ["in channels", "out channels"],
  ["in features", "out features"],
  ["inputs", "outputs"],
];

/** What shapes a computation, in a few words: `16 → 32 · 3×3`. */
export function settingsText(settings: Record<string, string>): string {
  const known = new Map(Object.entries(settings).map(([name, value]) => [name.replaceAll("_", " "), value]));
  const parts: string[] = [];
  for (const [from, to] of WIDTHS) {
    const [taken, given] = [known.get(from), known.get(to)];
    if (taken === undefined || given === undefined) continue;
    parts.push(`${taken} → ${given}`);
    known.delete(from);
    known.delete(to);
  }
  return [...parts, ...known.values()].slice(0, 2).join(" · ");
}

/** The last parts of a path-like name, as many as fit. */
export function shortName(name: string, most = 24): string {
  if (name.length <= most) return name;
  const parts = name.split(/(?<=[./])/);
  let short = parts.pop() as string;
  while (parts.length > 0 && short.length + (parts[parts.length - 1] as string).length < most) short = parts.pop() + short;
  return short.length < most ? `…${short}` : `…${short.slice(1 - most)}`;
}
