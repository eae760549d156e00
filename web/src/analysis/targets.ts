/** What can be explained of a sample, as tabs in the order in which one asks. Pure. */
import type { PredictionInfo, Region, SamplePrediction, Target } from "../api/types";

/** How a signed map is read: as it is, only what raises the target, or only what lowers it. */
export type Reading = "whole" | "raises" | "lowers";

export interface Choice {
  /** Its name in the address. */
  key: string;
  target: Target;
  reading: Reading;
  label: string;
  /** What it is, in a caption. */
  told: string;
  score: number | null;
  predicted: boolean;
  truth: boolean;
}

/** Classes that masks of a sample show: label → share of the pixels, 0..1. */
export interface Seen {
  predicted: Map<string, number>;
  truth: Map<string, number>;
}

/** What is no thing to look for. */
const BACKGROUND = /^(background|void|none)$/i;

/** Tabs of classes: as many as there are keys for them. */
export const MOST_TABS = 10;
/** Values of an output that is no score of classes, each a tab. */
const MOST_VALUES = 10;

/**
 * The classes of a prediction: the predicted and the true one first, then by score.
 *
 * @param said What the model said of the sample; without scores the classes keep their own order.
 * @param wanted Key of a class that must be among them, wherever it ranks.
 * @param seen Of scores with positions, what masks show of them: the largest come first, then the background.
 */
export function classChoices(info: PredictionInfo, said: SamplePrediction | undefined, region: Region, wanted: string | null, seen?: Seen): Choice[] {
  const scores = new Map(said?.scores.map(({ label, score }) => [label, score]));
  const labels = info.labels ?? [...scores.keys()].sort((a, b) => Number(a) - Number(b));
  const choices = labels.map((label, index): Choice => {
    // Unnamed classes are named by their number; the scores may hold only the best of them.
    const place = info.labels ? index : Number(label);
    return {
      key: classKey(info.name, place),
      target: { kind: "class", prediction: info.name, index: place, region },
      reading: "whole",
      label,
      told: `class ${label} of ${info.name}`,
      score: scores.get(label) ?? seen?.predicted.get(label) ?? null,
      predicted: is(label, said?.predicted) || (seen?.predicted.has(label) ?? false),
      truth: is(label, said?.truth) || (seen?.truth.has(label) ?? false),
    };
  });
  const ordered = choices.sort((a, b) => rank(b) - rank(a) || (b.score ?? -Infinity) - (a.score ?? -Infinity) || 0);
  return [...ordered.slice(0, MOST_TABS), ...ordered.slice(MOST_TABS).filter(({ key }) => key === wanted)];
}

/** What is there comes before what is not, and the background in between. */
function rank({ label, predicted, truth }: Choice): number {
  const found = (predicted ? 2 : 0) + (truth ? 1 : 0);
  return BACKGROUND.test(label) ? Math.min(found, 0.5) : found;
}

/**
 * A class over the positions of a region, told as such. Where the class is in none of them the server takes all
 * positions, and so the words say; that is known where masks show the classes.
 */
export function overRegion(choice: Choice, region: Region, seen: Seen | undefined): Choice {
  if (choice.target.kind !== "class") return choice;
  const nowhere = seen !== undefined && ((region === "predicted" && !choice.predicted) || (region === "true" && !choice.truth));
  const where = nowhere ? `everywhere, as it is ${region} nowhere` : region === "everywhere" ? region : `where it is ${region}`;
  return { ...choice, target: { ...choice.target, region }, told: `class ${choice.label} of ${choice.target.prediction} ${where}` };
}

/** The name of a class in the address. */
export function classKey(prediction: string, index: number): string {
  return `class ${prediction} ${index}`;
}

function is(label: string, value: unknown): boolean {
  return value !== null && value !== undefined && label === String(value);
}

/** The values of an output that is no score of classes: of one sample's shape, if there are few. */
export function valueChoices(name: string, shape: (number | null)[]): Choice[] {
  const known = shape.length === 0 ? [1] : shape;
  const count = known.reduce<number>((product, size) => product * (size ?? Infinity), 1);
  if (!(count <= MOST_VALUES)) return [];
  return Array.from({ length: count }, (_, index) => {
    const at = placeOf(index, known as number[]);
    const label = count === 1 ? name : `${name} [${at.join(", ")}]`;
    return { key: `output ${name} ${at.join(",")}`, target: { kind: "output", prediction: name, at }, reading: "whole", label, told: `the value ${label}`, score: null, predicted: false, truth: false };
  });
}

/** What a function of the integration's gives: a loss, or a number that it names. */
export type Measured = Extract<Target, { kind: "loss" | "scalar" }>;

export function isMeasured(target: Target): target is Measured {
  return target.kind === "loss" || target.kind === "scalar";
}

/** Both readings of each loss, and of each number that the integration names. */
export function measuredChoices(targets: Measured[]): Choice[] {
  return targets.flatMap((target) =>
    (["raises", "lowers"] as const).map((reading) => ({
      key: `${target.kind} ${target.name} ${reading}`,
      target,
      reading,
      label: `${reading} ${target.name}`,
      told: target.kind === "loss" ? `the loss ${target.name}` : `the target ${target.name}`,
      score: null,
      predicted: false,
      truth: false,
    })),
  );
}

/** The targets of some choices, each once. */
export function targetsOf(choices: Choice[]): Target[] {
  return [...new Map(choices.map(({ target }) => [nameOf(target), target])).values()];
}

export function sameTarget(a: Target, b: Target): boolean {
  return nameOf(a) === nameOf(b);
}

function nameOf(target: Target): string {
  return JSON.stringify(Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The place of the n-th value of an array, row by row. */
function placeOf(index: number, shape: number[]): number[] {
  const at: number[] = [];
  for (let axis = shape.length - 1, left = index; axis >= 0; axis--) {
    at.unshift(left % shape[axis]);
    left = Math.floor(left / shape[axis]);
  }
  return at;
}
