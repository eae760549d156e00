import { expect, it } from "vitest";
import type { NetworkDetails, RunDetails, Target } from "../api/types";
import type { Told } from "./maps";
import { counterpart, differences, layersThere } from "./pairs";
import { classChoices, measuredChoices } from "./targets";

const digits = (name: string) => classChoices({ name, labels: ["0", "1", "2"], activation: null }, undefined, "predicted", null);
const told = (value: number): Told => ({ run: {} as RunDetails, answer: {} as Told["answer"], target: 0, value, stale: false });

it("finds the same class by its name, and by its label where the prediction is called otherwise", () => {
  const [zero, one] = digits("scores");
  expect(counterpart(digits("scores"), one)?.key).toBe(one.key);
  expect(counterpart(digits("logits"), zero)?.target).toMatchObject({ prediction: "logits", index: 0 });
  expect(counterpart(digits("logits").slice(1), zero)).toBeUndefined();
  const [raises] = measuredChoices([{ kind: "loss", name: "loss" }]);
  expect(counterpart([...digits("scores"), ...measuredChoices([{ kind: "loss", name: "loss" }])], raises)).toEqual(raises);
  expect(counterpart(measuredChoices([{ kind: "loss", name: "other" }]), raises)).toBeUndefined();
});

const here = (target: Target) => told(target.kind === "class" ? target.index : 7);
const there = (target: Target) => (target.kind === "class" && target.index === 1 ? null : told(10));

it("tells the numbers that are known of both, a loss once", () => {
  const choices = [...digits("scores"), ...measuredChoices([{ kind: "loss", name: "loss" }])];
  expect(differences(choices, choices, here, there).map(({ choice, here: left, there: right }) => [choice.label, left, right])).toEqual([
    ["0", 0, 10],
    ["2", 2, 10],
    ["raises loss", 7, 10],
  ]);
});

it("keeps the layers that the other model has, and names those it lacks", () => {
  const network = { nodes: [{ name: "conv", captured: true }, { name: "flatten", captured: false }] } as NetworkDetails;
  expect(layersThere(["conv", "flatten", "deep"], network)).toEqual({ layers: ["conv"], lacking: ["flatten", "deep"] });
  expect(layersThere(["deep"], network)).toEqual({ layers: null, lacking: ["deep"] });
  expect(layersThere(null, network)).toEqual({ layers: null, lacking: [] });
  expect(layersThere(["deep"], undefined)).toEqual({ layers: ["deep"], lacking: [] });
});
