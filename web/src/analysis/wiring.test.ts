import { describe, expect, it } from "vitest";
import type { NetworkDetails, SampleVisual } from "../api/types";
import { inputsOf, measuredOf, outputShape, positionsOf, visualsOf } from "./wiring";

const wired = (kind: string, name: string, feeds: string | null, ...args: [string, string][]) => ({ kind, name, place: "", feeds, arguments: args.map(([source, from]) => ({ argument: from, source, name: from })) });
const node = (name: string, kind: string, shape: (number | null)[] | null) => ({ name, kind, operator: "", shape, parameters: 0, captured: false, settings: {} });
const network = {
  nodes: [node("pixels", "input", [null, 3, 8, 8]), node("tokens", "input", [null, null]), node("scores", "output", [null, 10])],
  functions: [
    wired("input", "photo", "pixels"),
    wired("input", "words", "tokens"),
    wired("visualizer", "photo", null, ["input", "photo"]),
    wired("visualizer", "found", null, ["input", "photo"], ["prediction", "scores"]),
    wired("visualizer", "mask", null, ["input", "photo"], ["prediction", "scores"]),
    wired("visualizer", "review", null, ["input", "words"]),
    wired("visualizer", "answer", null, ["prediction", "scores"]),
    wired("target", "margin", null, ["prediction", "scores"]),
    wired("loss", "cross_entropy", null, ["prediction", "scores"]),
  ],
} as unknown as NetworkDetails;
const visual = (name: string, kind: string): SampleVisual => ({ name, kind, document: {}, images: [] });
const visuals = [visual("photo", "image"), visual("found", "image_boxes"), visual("mask", "image_mask"), visual("review", "text"), visual("answer", "horizontal_bar")];
const names = (found: SampleVisual[]) => found.map(({ name }) => name);

describe("a map is laid over the visuals that receive its input", () => {
  it("pictures, boxes among them, and a mask only where there is nothing plainer", () => {
    expect(names(visualsOf(network, visuals, "photo", 2, false))).toEqual(["photo", "found"]);
    expect(names(visualsOf(network, visuals.slice(2), "photo", 2, false))).toEqual(["mask"]);
  });

  it("text for a map of one axis; nothing for a volume", () => {
    expect(names(visualsOf(network, visuals, "words", 1, false))).toEqual(["review"]);
    expect(visualsOf(network, visuals, "photo", 3, false)).toEqual([]);
  });

  it("never one that shows something else", () => {
    expect(visualsOf(network, visuals, "photo", 1, true)).toEqual([]);
    expect(visualsOf(network, [visual("answer", "horizontal_bar")], "words", 1, true)).toEqual([]);
  });

  it("any that fits a model's only input, where the wiring is not known", () => {
    expect(names(visualsOf(undefined, visuals, "photo", 2, true))).toEqual(["photo", "found"]);
    expect(visualsOf(undefined, visuals, "photo", 2, false)).toEqual([]);
  });
});

it("knows what the wiring tells", () => {
  expect(inputsOf(network, "mask")).toEqual(["photo"]);
  expect(inputsOf(network, "other")).toBeNull();
  expect([positionsOf(network, "photo"), positionsOf(network, "words"), positionsOf(undefined, "photo")]).toEqual([192, null, null]);
  expect(outputShape(network, "scores")).toEqual([10]);
  expect(measuredOf(network)).toEqual([
    { kind: "loss", name: "cross_entropy" },
    { kind: "scalar", name: "margin" },
  ]);
});
