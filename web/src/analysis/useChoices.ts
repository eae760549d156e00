/** What can be explained of a sample: its classes or values, the losses, and the numbers that its integration names. */
import { useMemo } from "react";
import type { NetworkDetails, PredictionInfo, Sample } from "../api/types";
import type { Analysis } from "./state";
import { type Choice, classChoices, measuredChoices, overRegion, type Seen, valueChoices } from "./targets";
import { measuredOf, outputShape } from "./wiring";

export interface Choices {
  /** The prediction that the classes are of. */
  prediction: PredictionInfo | undefined;
  /** Whether its scores have positions: pixels, tokens. */
  positions: boolean;
  /** What masks show of its classes. */
  seen: Seen | undefined;
  classes: Choice[];
  /** Losses and named numbers, each in two readings. */
  losses: Choice[];
  chosen: Choice | undefined;
}

/** Nothing until the sample and the network are known: what is asked first decides what comes first. */
export function useChoices(predictions: PredictionInfo[], sample: Sample | undefined, network: NetworkDetails | undefined, settled: boolean, { target, region }: Analysis, seen: Seen | undefined): Choices {
  return useMemo(() => {
    const prediction = predictionOf(predictions, target);
    if (!sample || !settled) return { prediction, positions: false, seen, classes: [], losses: [], chosen: undefined };
    const shape = prediction ? outputShape(network, prediction.name) : null;
    const said = sample.predictions.find(({ name }) => name === prediction?.name);
    const scored = prediction && (prediction.labels !== null || (said?.scores.length ?? 0) > 0);
    const positions = (shape?.length ?? 0) > 1;
    const listed = !prediction ? [] : scored ? classChoices(prediction, said, region, target, seen) : valueChoices(prediction.name, shape ?? []);
    const classes = positions ? listed.map((one) => overRegion(one, region, seen)) : listed;
    const losses = measuredChoices(measuredOf(network));
    const all = [...classes, ...losses];
    return { prediction, positions, seen, classes, losses, chosen: all.find(({ key }) => key === target) ?? all[0] };
  }, [predictions, sample, network, settled, target, region, seen]);
}

/** The prediction that a target is of; else the first. */
function predictionOf(predictions: PredictionInfo[], target: string | null): PredictionInfo | undefined {
  const named = predictions.filter(({ name }) => target?.startsWith(`class ${name} `) || target?.startsWith(`output ${name} `));
  // Of names that begin alike, the longest is meant.
  return named.sort((a, b) => b.name.length - a.name.length)[0] ?? predictions[0];
}
