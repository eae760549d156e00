/**
 * How the targets of a prediction are asked for: all in one question; the chosen one and then all; or only the chosen
 * one, where each is dear.
 */
export type Pace = "together" | "chosen first" | "chosen alone";

/** The most forward passes that one question may cost before only the chosen target is asked for. */
const MOST_FORWARDS = 100;

/** How to ask for some targets by a method of that cost; with positions a model is large enough to go one by one. */
export function paceOf(forwards: number, targets: number, positions: boolean): Pace {
  if (forwards * targets > MOST_FORWARDS) return "chosen alone";
  return positions ? "chosen first" : "together";
}
