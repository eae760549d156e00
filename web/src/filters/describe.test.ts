import { describe as group, expect, it } from "vitest";
import { describe, passes, toggleValue } from "./describe";
import type { Clause, Compare } from "./types";

const words = (clause: Clause) => Object.values(describe(clause)).filter(Boolean).join(" ");

group("a clause in words", () => {
  it.each<[Clause, string]>([
    [{ kind: "compare", field: "loss", op: "between", value: [0.5, 2.25] }, "loss in 0.5 – 2.25"],
    [{ kind: "compare", field: "loss", op: "gt", value: 1, negate: true }, "loss ≤ 1"],
    [{ kind: "compare", field: "label", op: "in", value: ["cat"] }, "label is cat"],
    [{ kind: "compare", field: "label", op: "in", value: ["a", "b", "c", "d"], negate: true }, "label not in a, b, c +1"],
    [{ kind: "compare", field: "label", op: "missing" }, "label is missing"],
    [{ kind: "compare", field: "label", op: "contains", value: "x" }, "label contains “x”"],
    [{ kind: "rows", rows: [1, 2] }, "samples only 2 chosen"],
    [{ kind: "rows", rows: [1, 2], name: "similar to training/17, 2" }, "similar to training/17, 2"],
    [{ kind: "rows", rows: [1], name: "similar to a, 1", negate: true }, "not similar to a, 1"],
    [{ kind: "collection", collection: "c1", name: "hard ones" }, "collection is hard ones"],
    [{ kind: "collection", collection: "c1", name: "hard ones", negate: true }, "collection is not hard ones"],
    [{ kind: "lasso", map: "m", polygon: [[0, 0], [1, 0], [0, 1]], negate: true }, "lasso outside 3 corners"],
  ])("%j", (clause, expected) => expect(words(clause)).toBe(expected));
});

group("a click on a value", () => {
  const only: Compare = { kind: "compare", field: "label", op: "in", value: ["a"] };
  it("keeps only it, adds another, and gives all back", () => {
    expect(toggleValue(undefined, "label", "a", false)).toEqual(only);
    const both = toggleValue(only, "label", "b", false) as Compare;
    expect(both.value).toEqual(["a", "b"]);
    expect(toggleValue(only, "label", "a", false)).toBeNull();
  });
  it("with Alt leaves it out", () => {
    const out = toggleValue(only, "label", "b", true) as Compare;
    expect(out).toEqual({ kind: "compare", field: "label", op: "in", value: ["b"], negate: true });
    expect([passes(out, "a"), passes(out, "b")]).toEqual([true, false]);
  });
});
