import { describe, expect, it } from "vitest";
import { INITIAL, type View } from "./view";
import { decodeView, encodeView, isStep } from "./viewUrl";

const full: View = {
  map: "m1",
  color: "label",
  size: "",
  hover: ["loss", "a,b"],
  filter: [
    { kind: "compare", field: "odd & name", op: "between", value: [-1.5, 2] },
    { kind: "compare", field: "label", op: "in", value: ["x", 1, true], negate: true, enabled: false },
    { kind: "lasso", map: "m1", polygon: [[0, 0], [1.5, 0], [0, 1]] },
    { kind: "rows", rows: [3, 1] },
    { kind: "collection", collection: "c1", name: "hard ones" },
    { kind: "rows", rows: [70_000, 70_001], name: "similar to training/17, 2", negate: true },
  ],
  selection: { polygons: [[[0.5, 1], [2, 3.25], [-4, 0]]], rows: [7, 70_000] },
  sample: 12,
  camera: { x: 1.25, y: -3, zoom: 8 },
  hide: true,
  drawer: true,
  layout: "table",
  sort: { field: "loss", descending: true },
  columns: ["loss", "a,b"],
  narrow: false,
  similars: { file: null, queries: [17], called: "label 7", space: "balanced", limit: 20, candidates: [{ kind: "rows", rows: [4, 9] }], why: false, channels: true, channel: { layer: "conv", channel: 3 } },
  step: "network layer1.0.conv",
  space: "balanced",
  operations: false,
  analysis: {
    target: "class digit 7",
    region: "everywhere",
    method: "grad-cam++",
    layers: ["conv 1", "a,b"],
    layer: "conv 1",
    channel: { layer: "conv 1", channel: 7 },
    signed: true,
    compare: "sample",
    other: 70_000,
    against: "a1b2",
    together: true,
    overlay: false,
    opacity: 0.35,
    ramp: "green",
  },
  versions: ["a1b2", "c3d4"],
  dashlet: "loss-by-label",
};

describe("a view in the address", () => {
  it("comes back as it was", () => {
    const search = new URLSearchParams(encodeView(full)).toString();
    expect(decodeView(Object.fromEntries(new URLSearchParams(search)))).toEqual(full);
  });

  it("takes no room by default", () => {
    expect(encodeView(INITIAL)).toEqual({});
    expect(decodeView({})).toEqual(INITIAL);
  });

  it("names a single chosen sample once", () => {
    const search = encodeView({ ...INITIAL, sample: 5, selection: { polygons: [], rows: [5] } });
    expect(search).toEqual({ sample: "5" });
    expect(decodeView(search).selection.rows).toEqual([5]);
  });

  it("leaves at its default what makes no sense", () => {
    const view = decodeView({
      filter: '[{"kind":"compare","field":"a","op":"explode"},{"kind":"lasso","map":"m","polygon":[[0,0]]},7,{"kind":"compare","field":"a","op":"gt","value":"x"}]',
      camera: "1,2,-3",
      sample: "-4",
      sort: "loss",
      hover: "{}",
      select: "p1,2~rzz~?",
      region: "sideways",
      layers: "[1]",
      compare: "all",
      opacity: "140",
      ramp: "constructor",
    });
    expect(view.analysis).toEqual(INITIAL.analysis);
    expect(view).toMatchObject({ filter: [], camera: null, sample: null, sort: null, hover: null });
    expect(view.selection.polygons).toEqual([]);
    expect(decodeView({ filter: "not json" }).filter).toEqual([]);
  });

  it("writes sets of rows short, and reads the long form too", () => {
    const rows = Array.from({ length: 50 }, (_, at) => 60_000 + at * 7);
    const { filter } = encodeView({ ...INITIAL, filter: [{ kind: "rows", rows }] });
    expect(filter.length).toBeLessThan(160);
    const long = JSON.stringify([{ kind: "rows", rows: [5, 7] }, { kind: "rows", rows: [1], name: "" }, null]);
    expect(decodeView({ filter: long }).filter).toEqual([{ kind: "rows", rows: [5, 7] }]);
  });

  it("counts all but the camera and what slides as a step of Back", () => {
    expect(isStep({ camera: "1,2,3" }, { camera: "4,5,6" })).toBe(false);
    expect(isStep({ camera: "1,2,3" }, { color: "loss", camera: "1,2,3" })).toBe(true);
    expect(isStep({ opacity: "40" }, {})).toBe(false);
    expect(isStep({ drawer: "1" }, {})).toBe(true);
  });
});
