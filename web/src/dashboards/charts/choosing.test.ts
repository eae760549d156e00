import { describe, expect, it } from "vitest";
import type { SplitValues } from "../../api/dashboards";
import type { Filter } from "../../filters/types";
import { below, choose, chosenOf, clausesOf, clausesOfParts, clausesOfSpan } from "./choosing";

const labels: SplitValues = { field: "label", kind: "distinct", values: ["cat", "dog"], edges: null, whole_numbers: false, other: 2, missing: 3, beyond: 5 };
const bins: SplitValues = { field: "loss", kind: "bins", values: null, edges: [0, 0.5, 1, 1.5], whole_numbers: false, other: null, missing: 3, beyond: 0 };
const versions: SplitValues = { field: "", kind: "version", values: ["a", "b"], edges: null, whole_numbers: false, other: null, missing: null, beyond: 0 };

describe("a part of a split as clauses", () => {
  it("is one value", () => {
    expect(clausesOf(labels, 1)).toEqual([{ kind: "compare", field: "label", op: "in", value: ["dog"] }]);
  });

  it("is what has no value", () => {
    expect(clausesOf(labels, 3)).toEqual([{ kind: "compare", field: "label", op: "missing" }]);
  });

  it("is what is neither a known value nor missing", () => {
    expect(clausesOf(labels, 2)).toEqual([
      { kind: "compare", field: "label", op: "in", value: ["cat", "dog"], negate: true },
      { kind: "compare", field: "label", op: "missing", negate: true },
    ]);
  });

  it("is what no bin holds: infinite values", () => {
    expect(clausesOf({ ...bins, other: 4 }, 4)).toEqual([
      { kind: "compare", field: "loss", op: "between", value: [0, 1.5], negate: true },
      { kind: "compare", field: "loss", op: "missing", negate: true },
    ]);
  });

  it("is the whole numbers of a bin, and marks that bin", () => {
    const ratings: SplitValues = { ...bins, field: "rating", edges: [1, 2, 3, 4], whole_numbers: true };
    expect(clausesOf(ratings, 2)).toEqual([{ kind: "compare", field: "rating", op: "between", value: [3, 3] }]);
    expect(clausesOfSpan(ratings, 0, 1)[0].value).toEqual([1, 2]);
    expect(chosenOf({ ...ratings, missing: null }, clausesOf(ratings, 1))).toEqual([false, true, false]);
  });

  it("is a bin without its end, but for the last", () => {
    const [{ value }] = clausesOf(bins, 0);
    const [low, high] = value as [number, number];
    expect(low).toBe(0);
    expect(high).toBeLessThan(0.5);
    expect(high).toBe(below(0.5));
    expect(clausesOf(bins, 2)[0].value).toEqual([1, 1.5]);
  });

  it("is a span either way", () => {
    expect(clausesOfSpan(bins, 2, 1)[0].value).toEqual([0.5, 1.5]);
    expect(clausesOfSpan(labels, 0, 1)[0].value).toEqual(["cat", "dog"]);
  });

  it("is several parts in any order, without those that have no value of their own", () => {
    expect(clausesOfParts(labels, [1, 0, 2])[0].value).toEqual(["dog", "cat"]);
    expect(clausesOfParts(labels, [3])).toEqual(clausesOf(labels, 3));
    expect(clausesOfParts(bins, [2, 1])[0].value).toEqual([0.5, 1.5]);
    expect(clausesOfParts(bins, [])).toEqual([]);
  });

  it("is nothing where it is a version", () => {
    expect(clausesOf(versions, 0)).toEqual([]);
  });
});

describe("the number below", () => {
  it.each([1, 0.5, 0.1, -1, -0.3, 1e300, 5e-324, 3])("%d has none between", (value) => {
    const lower = below(value);
    expect(lower).toBeLessThan(value);
    const middle = (lower + value) / 2;
    expect(middle === lower || middle === value).toBe(true);
  });

  it("is the smallest negative below zero", () => {
    expect(below(0)).toBe(-5e-324);
  });
});

describe("a touch", () => {
  const cat = clausesOf(labels, 0);
  const dog = clausesOf(labels, 1);
  const other: Filter = [{ kind: "compare", field: "subset", op: "in", value: ["training"] }];

  it("chooses, chooses another in its place, and takes back", () => {
    const first = choose(other, cat, "only");
    expect(first).toEqual([...other, ...cat]);
    const second = choose(first, dog, "only");
    expect(second).toEqual([...other, ...dog]);
    expect(choose(second, dog, "only")).toEqual(other);
  });

  it("adds a value to the set and takes it out of it", () => {
    const both = choose(choose([], cat, "add"), dog, "add");
    expect(both).toEqual([{ kind: "compare", field: "label", op: "in", value: ["cat", "dog"] }]);
    expect(choose(choose(both, dog, "add"), cat, "add")).toEqual([]);
  });

  it("lets a range grow", () => {
    const grown = choose(clausesOf(bins, 0), clausesOf(bins, 2), "add");
    expect(grown).toEqual([{ kind: "compare", field: "loss", op: "between", value: [0, 1.5] }]);
  });

  it("leaves out values and ranges, and takes that back", () => {
    const less = choose(choose(other, cat, "except"), dog, "except");
    expect(less[1]).toEqual({ kind: "compare", field: "label", op: "in", value: ["cat", "dog"], negate: true });
    const bin = clausesOf(bins, 1);
    const without = choose(other, bin, "except");
    expect(without[1]).toEqual({ ...bin[0], negate: true });
    expect(choose(without, bin, "except")).toEqual(other);
  });
});

describe("what is marked", () => {
  it("is nothing without a clause on the field", () => {
    expect(chosenOf(labels, [{ kind: "compare", field: "loss", op: "gt", value: 1 }])).toBeNull();
  });

  it("are the values that pass, those beyond the limit and the missing among them", () => {
    expect(chosenOf(labels, clausesOf(labels, 1))).toEqual([false, true, false, false]);
    expect(chosenOf(labels, clausesOf(labels, 2))).toEqual([false, false, true, false]);
    expect(chosenOf(labels, clausesOf(labels, 3))).toEqual([false, false, false, true]);
  });

  it("are the bins whose middle passes", () => {
    expect(chosenOf(bins, clausesOfSpan(bins, 1, 2))).toEqual([false, true, true, false]);
  });
});
