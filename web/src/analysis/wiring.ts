/** Which visuals show the inputs that maps lie over, by how the run was wired. Pure. */
import type { NetworkDetails, SampleVisual } from "../api/types";
import type { Measured } from "./targets";

/** Kinds of visuals that a map of so many axes can be laid over, the best first. */
const KINDS: Record<number, string[]> = {
  1: ["text", "text_mask", "graph", "horizontal_bar"],
  2: ["image", "image_boxes", "graph", "image_mask"],
};

/** The names of the inputs that a visualizer receives; null: not known. */
export function inputsOf(network: NetworkDetails | undefined, visual: string): string[] | null {
  const wired = network?.functions.find(({ kind, name }) => kind === "visualizer" && name === visual);
  return wired ? wired.arguments.filter(({ source }) => source === "input").map(({ name }) => name) : null;
}

/**
 * The visuals that a map over an input is laid over: those that receive it and are of the best kind for its axes.
 * Where the wiring is not known, any visual of that kind is taken to show a model's only input.
 */
export function visualsOf(network: NetworkDetails | undefined, visuals: SampleVisual[], over: string, axes: number, alone: boolean): SampleVisual[] {
  const kinds = KINDS[axes] ?? [];
  const showing = visuals.filter(({ name }) => inputsOf(network, name)?.includes(over) ?? alone);
  const best = kinds.find((kind) => showing.some((visual) => visual.kind === kind));
  const alike = best === "image" || best === "image_boxes" ? ["image", "image_boxes"] : [best];
  return showing.filter(({ kind }) => alike.includes(kind));
}

/** The masks that a function of the user's makes from a prediction, and those made from what is true alone. */
export function masksOf(network: NetworkDetails | undefined, visuals: SampleVisual[], prediction: string): { predicted: SampleVisual[]; truth: SampleVisual[] } {
  const takes = ({ name }: SampleVisual, source: string, from?: string) =>
    network?.functions.some((one) => one.kind === "visualizer" && one.name === name && one.arguments.some((argument) => argument.source === source && (from === undefined || argument.name === from))) ?? false;
  const masks = visuals.filter(({ kind }) => kind === "image_mask");
  return {
    predicted: masks.filter((visual) => takes(visual, "prediction", prediction)),
    truth: masks.filter((visual) => takes(visual, "ground_truth") && !takes(visual, "prediction")),
  };
}

/** How many positions an input has, as the network takes it; null: not known, or it varies. */
export function positionsOf(network: NetworkDetails | undefined, over: string): number | null {
  const feeds = network?.functions.find(({ kind, name }) => kind === "input" && name === over)?.feeds;
  const shape = network?.nodes.find(({ kind, name }) => kind === "input" && name === feeds)?.shape?.slice(1);
  if (!shape || shape.some((size) => size === null)) return null;
  return shape.reduce<number>((product, size) => product * (size as number), 1);
}

/** The shape of one sample's output, without the batch; null: not known. */
export function outputShape(network: NetworkDetails | undefined, prediction: string): (number | null)[] | null {
  return network?.nodes.find(({ kind, name }) => kind === "output" && name === prediction)?.shape?.slice(1) ?? null;
}

/** The losses that the run was measured by, then the numbers that its integration names. */
export function measuredOf(network: NetworkDetails | undefined): Measured[] {
  const named = (kind: string) => network?.functions.filter((one) => one.kind === kind).map(({ name }) => name) ?? [];
  return [...named("loss").map((name) => ({ kind: "loss" as const, name })), ...named("target").map((name) => ({ kind: "scalar" as const, name }))];
}
