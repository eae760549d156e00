import { expect, it } from "vitest";
import { rivals } from "./rivals";
import { classChoices, measuredChoices } from "./targets";
import type { Choices } from "./useChoices";

const info = { name: "digit", labels: ["0", "1", "2"], activation: "none" };
const choices = (predicted: string, truth: string | null, chosen: number, positions = false): Choices => {
  const scores = [0.2, 0.5, 0.3].map((score, at) => ({ label: String(at), score }));
  const classes = classChoices(info, { name: "digit", scores, predicted, truth }, "predicted", null);
  return { prediction: info, positions, seen: undefined, classes, losses: measuredChoices([{ kind: "loss", name: "loss" }]), chosen: classes[chosen] };
};
const titles = (given: Choices) => rivals(given).map(({ title }) => title);

it("sets the predicted class beside the true one", () => {
  expect(titles(choices("1", "0", 0))).toEqual(["Predicted: 1", "True: 0"]);
});

it("sets a class that is right, or whose truth is not known, beside the runner-up", () => {
  expect(titles(choices("1", "1", 0))).toEqual(["Predicted, and true: 1", "Runner-up: 2"]);
  expect(titles(choices("1", null, 0))).toEqual(["Predicted: 1", "Runner-up: 2"]);
});

it("sets the predicted class beside another that was chosen", () => {
  expect(titles(choices("1", "0", 2))).toEqual(["Predicted: 1", "Chosen: 2"]);
});

it("sets the region where a class is predicted beside that where it is true", () => {
  expect(rivals(choices("1", null, 2, true)).map(({ choice }) => choice.target)).toEqual([
    { kind: "class", prediction: "digit", index: 0, region: "predicted" },
    { kind: "class", prediction: "digit", index: 0, region: "true" },
  ]);
});

it("sets the two sides of a loss beside each other", () => {
  const given = choices("1", "0", 0);
  expect(titles({ ...given, chosen: given.losses[1] })).toEqual(["What raises it", "What lowers it"]);
  expect(titles({ ...given, chosen: undefined })).toEqual([]);
});
