/** What charts draw of a small answer that was worked out by hand. */
import { describe, expect, it } from "vitest";
import type { GroupsAnswer, PointsAnswer, Settings } from "../../api/dashboards";
import type { Filter } from "../../filters/types";
import { bins, distinct } from "../dashlets/starts";
import { NO_SETTINGS } from "../spec";
import { drawBars } from "./bars";
import { drawDonuts } from "./donuts";
import { drawHeatMap } from "./heatMap";
import { drawLines } from "./lines";
import type { Look } from "./look";
import { COUNT } from "./measures";
import type { Datum, Drawing, Picture } from "./picture";
import { drawPoints } from "./points";

const look: Look = { theme: "dark", text: "#fff", dim: "#aaa", faint: "#888", line: "#222", strong: "#333", surface: "#111", accent: "#7590f5", whole: "#2c333c" };

/** Two labels in two subsets; the filter leaves 5 of 10 samples. */
const byLabel: GroupsAnswer = {
  kind: "groups",
  key: "0",
  splits: [
    { field: "label", kind: "distinct", values: ["cat", "dog"], edges: null, whole_numbers: false, other: null, missing: null, beyond: 0 },
    { field: "subset", kind: "distinct", values: ["training", "validation"], edges: null, whole_numbers: false, other: null, missing: null, beyond: 0 },
  ],
  codes: [
    [0, 0, 1],
    [0, 1, 0],
  ],
  count: [3, 0, 2],
  count_all: [4, 2, 4],
  measures: [{ matching: [3, 0, 2], all: [4, 2, 4] }],
  matching: 5,
  total: 10,
  dropped: 0,
  notes: [],
};

const overInk: GroupsAnswer = {
  ...byLabel,
  splits: [{ field: "ink", kind: "bins", values: null, edges: [0, 0.5, 1, 1.5], whole_numbers: false, other: null, missing: 3, beyond: 0 }],
  codes: [[0, 2, 3]],
  count: [4, 1, 2],
  count_all: [4, 1, 2],
  measures: [{ matching: [0.25, 0.75, 9], all: [0.25, 0.75, 9] }],
  matching: 7,
  total: 7,
};

function drawing(answers: Drawing["answers"], settings: Partial<Settings>, filter: Filter = []): Drawing {
  return { settings: { ...NO_SETTINGS, ...settings }, answers, filter, look, size: { width: 400, height: 300 }, own: [], runs: new Map() };
}

interface Series {
  type: string;
  data: (Datum & { value: number[]; symbol?: string; itemStyle?: { opacity?: number } })[];
}

/** How the bars of a picture are painted, on axes where a unit is a pixel. */
function paints(picture: Picture): { fillOpacity?: number }[] {
  const [, bars] = picture.option.series as { data: unknown[]; renderItem: (params: object, api: object) => { style: { fillOpacity?: number } } }[];
  const api = { coord: (place: number[]) => place, size: (size: number[]) => size };
  return bars.data.map((_, dataIndex) => bars.renderItem({ dataIndex }, api).style);
}

const seriesOf = ({ option }: Picture) => option.series as Series[];

describe("bars", () => {
  const settings = { x: distinct("label"), color: distinct("subset"), measures: [COUNT], stacked: true };
  const picture = drawBars(drawing([byLabel], settings));

  it("stack what matches before the whole", () => {
    const [, bars] = seriesOf(picture);
    const heights = bars.data.map(({ value, at }) => [at?.join(), value[1]]);
    // First the whole, stacked by subset, then what matches.
    expect(heights).toEqual([["0,0", 4], ["0,1", 6], ["1,0", 4], ["0,0", 3], ["0,1", 3], ["1,0", 2]]);
  });

  it("say at the pointer how many match, of how many", () => {
    const tip = picture.tip({ at: [0, null] });
    expect(tip?.title).toBe("label cat");
    expect(tip?.lines.map(({ name, value }) => [name, value])).toEqual([["training", "3 of 4"], ["validation", "0 of 2"]]);
  });

  it("choose a part of each split by a click, and the colour by its key", () => {
    expect(picture.clauses({ at: [1, 0] })).toMatchObject([{ field: "label", value: ["dog"] }, { field: "subset", value: ["training"] }]);
    expect(picture.clauses({ at: [1, null] })).toMatchObject([{ field: "label", value: ["dog"] }]);
    expect(picture.keys.map(({ name }) => name)).toEqual(["training", "validation"]);
  });

  it("fade what is not chosen", () => {
    const filter: Filter = [{ kind: "compare", field: "subset", op: "in", value: ["training"] }];
    expect(drawBars(drawing([byLabel], settings, filter)).keys.map(({ faded }) => faded)).toEqual([false, true]);
  });

  it("turn where names are long", () => {
    const long = { ...byLabel, splits: [{ ...byLabel.splits[0], values: ["a class of a very long name indeed", "another one with a name as long as that"] }, byLabel.splits[1]] };
    const [axis] = drawBars(drawing([long], { ...settings, x: distinct("label") })).option.yAxis as { type: string }[];
    expect(axis.type).toBe("category");
    expect(drawBars(drawing([long], settings)).brush?.axes).toBe("y");
  });
});

describe("bars over bins", () => {
  const picture = drawBars(drawing([overInk], { x: bins("ink"), measures: [{ ...COUNT, aggregate: "average", field: "loss" }] }));

  it("stand on a scale of numbers, without what has no value, which is said", () => {
    const [axis] = picture.option.xAxis as { type: string; min: number; max: number }[];
    expect(axis).toMatchObject({ type: "value", min: 0, max: 1.5 });
    expect(picture.note).toBe("2 without a value · pale: fewer than 5 samples");
    const [, bars] = seriesOf(picture);
    expect(bars.data.map(({ value }) => value[1])).toEqual([0.25, 0.75]);
  });

  it("are pale where they rest on few samples, unless they count them", () => {
    const busy = { ...overInk, count: [400, 1, 2], count_all: [400, 1, 2] };
    const fill = (aggregate: "average" | "count") => paints(drawBars(drawing([busy], { x: bins("ink"), measures: [{ ...COUNT, aggregate, field: "loss" }] })));
    expect(fill("average").map(({ fillOpacity = 1 }) => fillOpacity < 1)).toEqual([false, true]);
    expect(fill("count").map(({ fillOpacity = 1 }) => fillOpacity < 1)).toEqual([false, false]);
  });

  it("are brushed bin by bin", () => {
    expect(picture.brush?.clauses([0.6, 0], [1.2, 0])).toMatchObject([{ field: "ink", op: "between", value: [0.5, 1.5] }]);
    const [{ value }] = picture.brush?.clauses([0.1, 0], [-3, 0]) ?? [];
    expect(value).toEqual([0, 0.49999999999999994]);
  });

  it("stand above their number where each is one whole number", () => {
    const ratings = { ...overInk, splits: [{ ...overInk.splits[0], field: "rating", edges: [1, 2, 3, 4], whole_numbers: true, missing: null }], codes: [[0, 1, 2]] };
    const single = drawBars(drawing([ratings], { x: bins("rating") }));
    const [{ axisLabel }] = single.option.xAxis as { axisLabel: { customValues: number[]; formatter(value: number): string } }[];
    expect(axisLabel.customValues.map((place) => [place, axisLabel.formatter(place)])).toEqual([[1.5, "1"], [2.5, "2"], [3.5, "3"]]);
    expect(single.tip({ at: [1] })?.title).toBe("rating 2");
  });

  it("name the measure and how many samples it rests on", () => {
    expect(picture.tip({ at: [2] })).toMatchObject({ title: "ink 1 – 1.5", lines: [{ name: "average loss", value: "0.75", note: "only 1 sample" }] });
    expect(picture.tip({ at: [1] })?.foot).toBe("No samples here.");
  });
});

it("lines break where a bin has no value", () => {
  const [line] = seriesOf(drawLines(drawing([overInk], { x: bins("ink"), measures: [{ ...COUNT, aggregate: "average", field: "loss" }] }), false));
  expect(line.data.map(({ value }) => value)).toEqual([[0.25, 0.25], [0.75, null], [1.25, 0.75]]);
  expect(line.data.map(({ symbol }) => symbol)).toEqual(["emptyCircle", "circle", "emptyCircle"]);
});

describe("a heat map", () => {
  const picture = drawHeatMap(drawing([byLabel], { x: distinct("label"), y: distinct("subset"), measures: [COUNT] }));

  it("has a cell for every pair that occurs", () => {
    expect(seriesOf(picture)[0].data.map(({ value }) => value)).toEqual([[0, 0, 3], [0, 1, null], [1, 0, 2]]);
  });

  it("is brushed over cells", () => {
    expect(picture.brush?.clauses([0.2, 1], [1, 0.4])).toMatchObject([{ field: "label", value: ["cat", "dog"] }, { field: "subset", value: ["training", "validation"] }]);
  });
});

it("a donut says shares of what matches", () => {
  const answer: GroupsAnswer = { ...byLabel, splits: [byLabel.splits[0]], codes: [[0, 1]], count: [3, 2], count_all: [6, 4], measures: [{ matching: [3, 2], all: [6, 4] }] };
  const picture = drawDonuts(drawing([answer], { x: distinct("label"), measures: [COUNT] }));
  expect(picture.tip({ at: [0] })?.lines).toMatchObject([{ value: "3 of 6", note: "60 % of what matches" }]);
  expect(picture.keys.map(({ name }) => name)).toEqual(["cat", "dog"]);
});

describe("points", () => {
  const whole: PointsAnswer = { kind: "points", key: "1", rows: [4, 7, 9], values: { ink: [0.1, 0.5, null], loss: [1, 3, 2], label: ["cat", "dog", "cat"] }, matching: 3 };
  const matching: PointsAnswer = { ...whole, rows: [7], values: { ink: [0.5], loss: [3], label: ["dog"] }, matching: 1 };
  const picture = drawPoints(drawing([matching, whole], { fields: ["ink", "loss", "label"] }));

  it("show what matches over all that have both values, and open a sample", () => {
    const [behind, front] = seriesOf(picture);
    expect(behind.data).toEqual([[0.1, 1], [0.5, 3]]);
    expect(front.data.map(({ row, value }) => [row, value])).toEqual([[7, [0.5, 3]]]);
    expect(picture.tip({ row: 7 })?.lines.map(({ value }) => value)).toEqual(["0.5", "3", "dog"]);
  });

  it("are brushed in both directions", () => {
    expect(picture.brush?.clauses([0.4, 3.5], [0.2, 2])).toMatchObject([
      { field: "ink", op: "between", value: [0.2, 0.4] },
      { field: "loss", op: "between", value: [2, 3.5] },
    ]);
  });
});
