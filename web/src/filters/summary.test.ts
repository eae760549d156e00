import { describe, expect, it } from "vitest";
import { compare, summarise } from "./summary";

const pass = Uint8Array.of(1, 0, 1, 1, 0, 1);

describe("summaries", () => {
  it("counts texts over everything and under the filter, most frequent first", () => {
    const column = { type: "string" as const, dictionary: ["b", "a", "unused"], codes: Int32Array.of(0, 0, 1, 1, 1, -1) };
    expect(summarise(column, pass)).toEqual({
      kind: "categorical",
      values: [
        { value: "a", all: 3, matching: 2 },
        { value: "b", all: 2, matching: 1 },
      ],
      other: { values: 0, all: 0, matching: 0 },
      missing: 1,
      missingMatching: 1,
    });
  });

  it("bins numbers over the whole range; infinite and missing values are in no bin", () => {
    const column = { type: "float" as const, valid: null, values: Float32Array.of(0, 1, Number.NaN, 4, Infinity, 2) };
    const summary = summarise(column, pass);
    if (summary.kind !== "numeric") throw new Error("not numeric");
    expect([summary.min, summary.max, summary.missing, summary.missingMatching]).toEqual([0, 4, 1, 1]);
    expect(summary.mean).toBeCloseTo(7 / 4);
    expect(summary.meanMatching).toBeCloseTo(2);
    expect(summary.edges[0]).toBe(0);
    expect(summary.edges.at(-1)).toBe(4);
    expect(summary.all.reduce((a, b) => a + b)).toBe(4);
    expect(summary.matching.reduce((a, b) => a + b)).toBe(3);
  });

  it("gives whole numbers of a small range a bin each", () => {
    const column = { type: "integer" as const, valid: Uint8Array.of(1, 1, 1, 1, 1, 0), values: Int32Array.of(3, 3, 4, 6, 6, 0) };
    const summary = summarise(column, pass, false);
    if (summary.kind !== "numeric") throw new Error("not numeric");
    expect(summary.all).toEqual([2, 1, 0, 2]);
    expect(summary.matching).toEqual([1, 1, 0, 1]);
  });

  it("survives a column without any value", () => {
    const column = { type: "float" as const, valid: null, values: new Float32Array(6).fill(Number.NaN) };
    expect(summarise(column, pass)).toMatchObject({ kind: "numeric", min: null, missing: 6, edges: [] });
  });

  it("orders texts with numbers as people count", () => {
    expect(["10", "9", "class 2", "class 10"].sort(compare)).toEqual(["9", "10", "class 2", "class 10"]);
  });
});
