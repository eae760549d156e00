import { describe, expect, it } from "vitest";
import { CATEGORICAL, OTHER } from "../theme/palette";
import { colorBy, colorOf, domainOf, sizeBy } from "./coloring";

describe("colours of categories", () => {
  it("gives twelve values a colour each, in their natural order", () => {
    const dictionary = Array.from({ length: 12 }, (_, at) => String(11 - at));
    const coloring = colorBy({ type: "string", dictionary, codes: Int32Array.from([...dictionary.keys(), -1]) }, "dark");
    if (coloring.kind !== "categorical") throw new Error("not categorical");
    expect(coloring.values).toEqual(Array.from({ length: 12 }, (_, at) => String(at)));
    expect(coloring.palette).toEqual([...CATEGORICAL.dark]);
    expect(coloring.codes[12]).toBe(255);
    expect(colorOf(coloring, "0")).toBe(CATEGORICAL.dark[0]);
  });

  it("beyond twelve, the eleven most frequent keep theirs and the rest share one", () => {
    const dictionary = Array.from({ length: 20 }, (_, at) => `v${at}`);
    const codes = Int32Array.from(dictionary.flatMap((_, at) => Array.from({ length: 20 - at }, () => at)));
    const coloring = colorBy({ type: "string", dictionary, codes }, "light");
    if (coloring.kind !== "categorical") throw new Error("not categorical");
    expect(coloring.own).toBe(11);
    expect(coloring.palette).toHaveLength(12);
    expect(colorOf(coloring, "v19")).toBe(OTHER.light);
    expect(colorOf(coloring, "v3")).not.toBe(OTHER.light);
    expect(Math.max(...coloring.codes)).toBe(11);
  });

  it("takes few whole numbers as categories, many as a scale", () => {
    const few = colorBy({ type: "integer", valid: null, values: Int32Array.of(3, 1, 3, 2) }, "dark");
    expect(few.kind === "categorical" && few.values).toEqual([1, 2, 3]);
    const many = colorBy({ type: "integer", valid: null, values: Int32Array.from({ length: 90 }, (_, at) => at) }, "dark");
    expect(many.kind).toBe("continuous");
  });
});

describe("scales", () => {
  it("does not let a few extremes stretch the domain, and says so", () => {
    const values = Float32Array.from({ length: 1000 }, (_, at) => at / 1000);
    values[0] = 1e6;
    const { domain, clipped } = domainOf(values);
    expect(domain[1]).toBeLessThan(1);
    expect(clipped).toEqual([false, true]);
  });

  it("splits at zero where both sides matter", () => {
    const split = colorBy({ type: "float", valid: null, values: Float32Array.of(-2, 0, 1) }, "dark");
    if (split.kind !== "continuous") throw new Error("not continuous");
    expect(split.diverging).toBe(true);
    expect(split.domain).toEqual([-2, 2]);
  });

  it("has no size for texts, and none missing for booleans without a value", () => {
    expect(sizeBy({ type: "string", dictionary: [], codes: new Int32Array(0) })).toBeNull();
    expect([...(sizeBy({ type: "boolean", values: Uint8Array.of(1, 0, 2) })?.values ?? [])]).toEqual([1, 0, Number.NaN]);
  });

  it("survives no values at all", () => {
    expect(domainOf(new Float32Array(3).fill(Number.NaN)).domain).toEqual([0, 1]);
  });
});
