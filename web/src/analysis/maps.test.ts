import { expect, it } from "vitest";
import type { Explanation, NetworkDetails, RunDetails } from "../api/types";
import { channelsAt, inputsWithMaps, mapAt, mapsOver, placesOf, placeTold, type Told, versionOf } from "./maps";
import { paceOf } from "./pace";

const map = (target: number, over: string, layer: string | null) => ({ row: 5, target, over, layer, shape: [1], values: "" });
const answer = {
  layers: [{ name: "early" }, { name: "late" }, { name: "head" }],
  maps: [map(0, "photo", "early"), map(0, "photo", "late"), map(0, "photo", "fused"), map(1, "photo", "early"), map(0, "words", "late")],
  channels: [
    { row: 5, target: 0, layer: "early" },
    { row: 5, target: 0, layer: "head" },
  ],
} as unknown as Explanation;
const run = { id: "r", name: "second try", version: { id: "v", number: 2, name: "v2" } } as RunDetails;
const told: Told = { run, answer, target: 0, value: 1, stale: false };
const visual = (name: string) => ({ name, kind: "image", document: {}, images: [] });
const wired = (name: string) => ({ kind: "visualizer", name, place: "", feeds: null, arguments: [{ argument: "photo", source: "input", name: "photo" }] });
const layers = (found: { layer: string | null }[]) => found.map(({ layer }) => layer);

it("lists the maps of a target, all depths together first", () => {
  expect(inputsWithMaps(answer)).toEqual(["photo", "words"]);
  expect(layers(mapsOver(told, "photo"))).toEqual(["fused", "early", "late"]);
  expect(layers(mapsOver({ ...told, target: 1 }, "photo"))).toEqual(["early"]);
});

it("shows the layer asked for, and nothing in the place of a layer without a map", () => {
  expect(mapAt(told, "photo", "early")?.layer).toBe("early");
  expect(mapAt(told, "photo", null)?.layer).toBe("fused");
  expect(mapAt(told, "photo", "not there")?.layer).toBe("fused");
  expect(mapAt(told, "photo", "head")).toBeUndefined();
  expect(mapAt(told, "words", null)?.layer).toBe("late");
});

it("knows channels of the layer asked for, else of the deepest", () => {
  expect(channelsAt(told, "early")?.layer).toBe("early");
  expect(channelsAt(told, null)?.layer).toBe("head");
  expect(channelsAt({ ...told, target: 7 }, null)).toBeUndefined();
});

it("says where a map was made", () => {
  expect(placeTold({ layer: null }, answer)).toBe("at the input");
  expect(placeTold({ layer: "late" }, answer)).toBe("layer late");
  expect(placeTold({ layer: "fused" }, answer)).toBe("fused over early, late, head");
});

it("asks for all targets at once only where that is cheap", () => {
  expect(paceOf(3, 10, false)).toBe("together");
  expect(paceOf(3, 10, true)).toBe("chosen first");
  expect(paceOf(400, 10, false)).toBe("chosen alone");
  expect(paceOf(96, 1, false)).toBe("together");
});

it("lays maps over the visuals that brought them over, and over inputs that others show", () => {
  const network = { nodes: [], functions: [wired("turned"), wired("plain")] } as unknown as NetworkDetails;
  const flat = { maps: [{ ...map(0, "photo", "late"), shape: [2, 2] }, { ...map(0, "visual:turned", "late"), shape: [4, 2] }] } as unknown as Explanation;
  const both = placesOf(flat, network, [visual("turned"), visual("plain")]);
  expect(both.map(({ over, visuals }) => [over, visuals.map(({ name }) => name)])).toEqual([
    ["visual:turned", ["turned"]],
    ["photo", ["plain"]],
  ]);
  expect(placesOf(flat, network, [visual("turned")]).map(({ over }) => over)).toEqual(["visual:turned"]);
  expect(placesOf(flat, network, []).map(({ over }) => over)).toEqual(["photo"]);
  expect(inputsWithMaps(flat)).toEqual(["photo"]);
});

it("names a version by its run where that has a name of its own", () => {
  expect(versionOf(run)).toBe("second try, version v2");
  expect(versionOf({ ...run, name: "v2" })).toBe("v2");
});
