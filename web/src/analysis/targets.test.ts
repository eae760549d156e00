import { describe, expect, it } from "vitest";
import { classChoices, measuredChoices, MOST_TABS, overRegion, sameTarget, targetsOf, valueChoices } from "./targets";

const digit = { name: "digit", labels: ["0", "1", "2", "3"], activation: "none" };
const said = (predicted: string, truth: string | null) => ({
  name: "digit",
  scores: [
    { label: "2", score: 0.6 },
    { label: "0", score: 0.3 },
    { label: "3", score: 0.08 },
    { label: "1", score: 0.02 },
  ],
  predicted,
  truth,
});
const labels = (choices: { label: string }[]) => choices.map(({ label }) => label);

describe("classes", () => {
  it("come with the predicted and the true one first, then by score", () => {
    const choices = classChoices(digit, said("2", "1"), "predicted", null);
    expect(labels(choices)).toEqual(["2", "1", "0", "3"]);
    expect(choices[0]).toMatchObject({ key: "class digit 2", predicted: true, truth: false, score: 0.6, told: "class 2 of digit" });
    expect(choices[1].target).toEqual({ kind: "class", prediction: "digit", index: 1, region: "predicted" });
    expect(choices[1].truth).toBe(true);
  });

  it("keep their order where there are no scores", () => {
    expect(labels(classChoices(digit, { name: "digit", scores: [], predicted: null, truth: null }, "true", null))).toEqual(["0", "1", "2", "3"]);
    expect(labels(classChoices(digit, undefined, "true", null))).toEqual(["0", "1", "2", "3"]);
  });

  it("of a thousand are as many as there are keys, and the one asked for", () => {
    const many = { name: "thing", labels: Array.from({ length: 1000 }, (_, at) => `thing ${at}`), activation: "softmax" };
    const shown = classChoices(many, { name: "thing", scores: [{ label: "thing 900", score: 0.9 }], predicted: "thing 900", truth: "thing 950" }, "predicted", "class thing 70");
    expect(shown).toHaveLength(MOST_TABS + 1);
    expect(labels(shown).slice(0, 3)).toEqual(["thing 900", "thing 950", "thing 0"]);
    expect(shown.at(-1)?.key).toBe("class thing 70");
  });

  it("without names are known by their numbers, whichever scores are told", () => {
    const choices = classChoices({ ...digit, labels: null }, { name: "digit", scores: [{ label: "40", score: 0.7 }, { label: "3", score: 0.3 }], predicted: 40, truth: 3 }, "predicted", null);
    expect(choices.map(({ target }) => target.kind === "class" && target.index)).toEqual([40, 3]);
    expect(choices[0].predicted && choices[1].truth).toBe(true);
  });
});

it("values of an output are places in it", () => {
  expect(valueChoices("age", [1]).map(({ target, label }) => [target, label])).toEqual([[{ kind: "output", prediction: "age", at: [0] }, "age"]]);
  expect(valueChoices("age", []).map(({ target }) => target)).toEqual([{ kind: "output", prediction: "age", at: [0] }]);
  expect(valueChoices("pose", [2, 2]).map(({ label }) => label)).toEqual(["pose [0, 0]", "pose [0, 1]", "pose [1, 0]", "pose [1, 1]"]);
  expect(valueChoices("boxes", [25200, 85])).toEqual([]);
  expect(valueChoices("text", [null])).toEqual([]);
});

it("a loss has two readings of one target", () => {
  const choices = measuredChoices([{ kind: "loss", name: "loss" }]);
  expect(choices.map(({ key, reading }) => [key, reading])).toEqual([
    ["loss loss raises", "raises"],
    ["loss loss lowers", "lowers"],
  ]);
  expect(targetsOf(choices)).toEqual([{ kind: "loss", name: "loss" }]);
});

it("a number that the integration names has two readings, and its own words", () => {
  const [raises, lowers] = measuredChoices([{ kind: "scalar", name: "margin" }]);
  expect([raises.key, lowers.key, raises.label, raises.told]).toEqual(["scalar margin raises", "scalar margin lowers", "raises margin", "the target margin"]);
});

it("targets are the same whatever the order of their parts", () => {
  expect(sameTarget({ kind: "class", prediction: "p", index: 1, region: "true" }, { region: "true", index: 1, prediction: "p", kind: "class" })).toBe(true);
  expect(sameTarget({ kind: "class", prediction: "p", index: 1, region: "true" }, { kind: "class", prediction: "p", index: 1, region: "predicted" })).toBe(false);
});

it("classes of pixels come as masks show them, then the background", () => {
  const voc = { name: "logits", labels: ["background", "boat", "person", "car"], activation: null };
  const seen = { predicted: new Map([["background", 0.7], ["person", 0.2], ["car", 0.1]]), truth: new Map([["car", 0.1], ["background", 0.9]]) };
  const choices = classChoices(voc, { name: "logits", scores: [], predicted: null, truth: null }, "predicted", null, seen);
  expect(choices.map(({ label, predicted, truth, score }) => [label, predicted, truth, score])).toEqual([
    ["car", true, true, 0.1],
    ["person", true, false, 0.2],
    ["background", true, true, 0.7],
    ["boat", false, false, null],
  ]);
  const told = (at: number, region: "predicted" | "true" | "everywhere") => overRegion(choices[at], region, seen).told;
  expect(told(0, "true")).toBe("class car of logits where it is true");
  expect(told(1, "true")).toBe("class person of logits everywhere, as it is true nowhere");
  expect(told(1, "everywhere")).toBe("class person of logits everywhere");
  expect(overRegion(choices[3], "predicted", undefined).told).toBe("class boat of logits where it is predicted");
});
