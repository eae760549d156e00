import { expect, it } from "vitest";
import type { Field } from "../api/types";
import { meansOf, sharedBy } from "./shared";

const field = (name: string): Field => ({ name, type: "string", group: "metadata", direction: null, description: "", expression: null });

it("names the value that a group has and the rest has not", () => {
  const shared = sharedBy(
    field("weather"),
    { kind: "categorical", values: [{ value: "fog", all: 30, matching: 18 }, { value: "sun", all: 70, matching: 2 }], other: { values: 0, all: 0, matching: 0 }, missing: 0, missingMatching: 0 },
    20,
    100,
  );
  expect(shared).toHaveLength(1);
  expect(shared[0]).toMatchObject({ kind: "value", value: "fog", inside: 0.9, outside: 0.15 });
});

it("says nothing where the group is like the rest", () => {
  const even = { kind: "categorical" as const, values: [{ value: "a", all: 50, matching: 10 }, { value: "b", all: 50, matching: 10 }], other: { values: 0, all: 0, matching: 0 }, missing: 0, missingMatching: 0 };
  expect(sharedBy(field("x"), even, 20, 100)).toEqual([]);
});

it("takes the rest's mean without the group", () => {
  const summary = { kind: "numeric" as const, min: 0, max: 10, mean: 2, meanMatching: 6, missing: 0, missingMatching: 0, edges: [0, 5, 10], all: [80, 20], matching: [2, 18] };
  expect(meansOf(field("loss"), summary, 20, 100)).toMatchObject({ inside: 6, outside: 1 });
});
