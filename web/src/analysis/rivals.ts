/** What is set beside each other: the predicted and the true. Pure. */
import { type Choice, isMeasured, overRegion, sameTarget } from "./targets";
import type { Choices } from "./useChoices";

export interface Rival {
  title: string;
  choice: Choice;
}

/**
 * The two targets to compare: predicted and true class; the runner-up where the model is right or the truth is not
 * known, or the one that was chosen; of a prediction with positions one class, where it is predicted and where it is true; the two sides of a loss
 * or of a named number.
 */
export function rivals({ chosen, classes, losses, positions, seen }: Choices): Rival[] {
  if (!chosen) return [];
  const { target } = chosen;
  if (isMeasured(target))
    return losses.filter((one) => sameTarget(one.target, target)).map((choice) => ({ title: choice.reading === "raises" ? "What raises it" : "What lowers it", choice }));
  if (target.kind === "class" && positions)
    return [
      { title: "Where the model predicts it", choice: overRegion(chosen, "predicted", seen) },
      { title: "Where it is true", choice: overRegion(chosen, "true", seen) },
    ];
  const predicted = classes.find((one) => one.predicted) ?? classes[0];
  const truth = classes.find((one) => one.truth);
  if (chosen !== predicted && chosen !== truth)
    return [
      { title: `Predicted: ${predicted.label}`, choice: predicted },
      { title: `Chosen: ${chosen.label}`, choice: chosen },
    ];
  if (truth && truth !== predicted)
    return [
      { title: `Predicted: ${predicted.label}`, choice: predicted },
      { title: `True: ${truth.label}`, choice: truth },
    ];
  const second = classes.find((one) => one !== predicted);
  const first = { title: truth ? `Predicted, and true: ${predicted.label}` : `Predicted: ${predicted.label}`, choice: predicted };
  return second ? [first, { title: `Runner-up: ${second.label}`, choice: second }] : [first];
}
