import { describe, expect, it } from "vitest";
import type { NetworkDetails } from "../api/types";
import { bridged, graphOf, settingsText, shapeText, shortName, stepsOfSpace } from "./graph";

const node = (name: string, kind: NetworkDetails["nodes"][number]["kind"], operator = kind as string) => ({
  name,
  kind,
  operator,
  shape: [null, 8],
  parameters: 0,
  captured: kind === "layer",
  settings: {},
});

const details: NetworkDetails = {
  format: "pytorch",
  parameters: 10,
  content_hash: "ab",
  max_batch: null,
  nodes: [node("image", "input"), node("conv", "layer"), node("relu", "operation"), node("add", "operation"), node("fc", "layer"), node("digit", "output")],
  edges: [["image", "conv"], ["conv", "relu"], ["relu", "add"], ["conv", "add"], ["add", "fc"], ["fc", "digit"]],
  functions: [
    { kind: "input", name: "picture", place: "script.py:3", feeds: "image", arguments: [] },
    { kind: "input", name: "caption", place: "", feeds: null, arguments: [] },
    { kind: "ground_truth", name: "truth", place: "", feeds: null, arguments: [] },
    {
      kind: "loss",
      name: "loss",
      place: "",
      feeds: null,
      arguments: [
        { argument: "a", source: "prediction", name: "digit" },
        { argument: "b", source: "ground_truth", name: "truth" },
        { argument: "who", source: "samples", name: "" },
      ],
    },
    { kind: "visualizer", name: "words", place: "", feeds: null, arguments: [{ argument: "x", source: "input", name: "caption" }] },
  ],
  predictions: ["digit"],
  spaces: [
    { name: "balanced", layers: ["conv", "fc"] },
    { name: "own", layers: [] },
  ],
};

const pairs = (operations: boolean) => graphOf(details, operations).wires.map(({ from, to }) => `${from} > ${to}`);

describe("the graph of a network", () => {
  it("joins encoders, network, and what measures it", () => {
    expect(pairs(true)).toEqual([
      "input picture > network image",
      "network image > network conv",
      "network conv > network add",
      "network conv > network relu",
      "network relu > network add",
      "network add > network fc",
      "network fc > network digit",
      "network digit > loss loss",
      "ground_truth truth > loss loss",
      "input caption > visualizer words",
    ]);
  });

  it("leads past operations that are left out, once, and keeps what joins", () => {
    expect(pairs(false).filter((pair) => pair.includes("conv"))).toEqual(["network image > network conv", "network conv > network add"]);
    expect(graphOf(details, false).steps.some((step) => step.title === "relu")).toBe(false);
  });

  it("draws no wire to what is not there", () => {
    const broken = { ...details, functions: [{ ...details.functions[0], feeds: "gone" }] };
    expect(graphOf(broken, true).wires.every((wire) => wire.to !== "network gone")).toBe(true);
  });

  it("finds an output whose name a layer has too", () => {
    const nodes = [node("image", "input"), node("digit", "layer"), node("digit.output", "output")];
    const clash = { ...details, nodes, edges: [["image", "digit"], ["digit", "digit.output"]] };
    expect(graphOf(clash, true).wires).toContainEqual({ from: "network digit.output", to: "loss loss" });
  });

  it("survives a loop", () => {
    expect(bridged([["a", "x"], ["x", "y"], ["y", "x"], ["y", "b"]], new Set(["a", "b"]))).toEqual([["a", "b"]]);
  });

  it("says which steps make a latent space", () => {
    expect(stepsOfSpace(details, "balanced")).toEqual(new Set(["network conv", "network fc"]));
    expect(stepsOfSpace(details, "own")).toEqual(new Set(["latent_space own"]));
    expect(stepsOfSpace(details, null)).toBeNull();
  });

  it("writes settings shortly", () => {
    expect(settingsText({ in_channels: "3", out_channels: "16", kernel_size: "3×3", stride: "2" })).toBe("3 → 16 · 3×3");
    expect(settingsText({ filters: "32", "kernel size": "3×3", strides: "2" })).toBe("32 · 3×3");
    expect(settingsText({})).toBe("");
  });

  it("writes shapes and names shortly", () => {
    expect(shapeText([null, 64, 14, null])).toBe("64 × 14 × ?");
    expect(shapeText([2])).toBe("scalar");
    expect(shapeText(null)).toBe("");
    expect(shortName("conv1")).toBe("conv1");
    expect(shortName("backbone.layer3.block2.conv1", 16)).toBe("…block2.conv1");
    expect(shortName("x".repeat(40), 10)).toHaveLength(10);
  });
});
