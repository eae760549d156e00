import { expect, it } from "vitest";
import type { Filter } from "../filters/types";
import { ask, askFile, clauseOf, decodeQuestion, encodeQuestion, isSame, MOST_QUERIES, type SimilarsQuestion, withFound } from "./question";

const label: Filter[number] = { kind: "compare", field: "label", op: "in", value: ["7"] };
const full: SimilarsQuestion = { queries: [3, 17, 70_000], file: null, called: "label 7 & more", space: "balanced", limit: 200, candidates: [label], why: false, channels: true, channel: { layer: "conv", channel: 3 } };
const parse = (text: string | undefined) => (text ? (JSON.parse(text) as Filter) : []);

it("comes back from the address as it was", () => {
  const search = new URLSearchParams(encodeQuestion(full, JSON.stringify) as Record<string, string>).toString();
  expect(decodeQuestion(Object.fromEntries(new URLSearchParams(search)), parse)).toEqual(full);
  const least = ask([9], null, [], null);
  expect(encodeQuestion(least, JSON.stringify)).toEqual({ similar: "9" });
  expect(decodeQuestion({ similar: "9" }, parse)).toEqual(least);
});

it("of a file is in the address by its name", () => {
  const question = askFile({ key: "k7", name: "my dog.jpg" }, [label], full);
  expect(question).toMatchObject({ queries: [], called: "my dog.jpg", limit: 200, candidates: [label] });
  const search = encodeQuestion(question, JSON.stringify);
  expect(search).toMatchObject({ similar_file: "k7 my dog.jpg" });
  expect(search.similar).toBeUndefined();
  expect(decodeQuestion(search, parse)).toEqual(question);
});

it("is not asked by what makes no sense", () => {
  expect(decodeQuestion({}, parse)).toBeNull();
  expect(decodeQuestion({ similar: "?" }, parse)).toBeNull();
  expect(decodeQuestion({ similar: "5", similar_limit: "9999" }, parse)?.limit).toBe(1000);
  expect(decodeQuestion({ similar: "5", similar_limit: "0" }, parse)?.limit).toBe(1);
  expect(decodeQuestion({ similar: "5", similar_limit: "-3" }, parse)?.limit).toBe(50);
});

it("keeps its settings from one question to the next, and spreads over many samples", () => {
  const next = ask(Uint32Array.from({ length: 5000 }, (_, row) => row), "all", [label], full);
  expect(next).toMatchObject({ space: "balanced", limit: 200, why: false, called: "all" });
  expect(next.queries).toHaveLength(MOST_QUERIES);
  expect([next.queries[0], next.queries[1], next.queries.at(-1)]).toEqual([0, 5, 4995]);
});

it("makes a named clause of what was found, in the place of the one before", () => {
  const first = clauseOf("training/17", [5, 2]);
  expect(first).toEqual({ kind: "rows", rows: [2, 5], name: "similar to training/17, 2" });
  const filter = withFound([label], first);
  expect(filter).toEqual([label, first]);
  const second = clauseOf("3 samples", [8]);
  expect(withFound([first, label], second)).toEqual([second, label]);
  // What was turned into its opposite, or switched off, was meant to stay.
  expect(withFound([{ ...first, negate: true }], second)).toHaveLength(2);
  expect(withFound([{ ...first, enabled: false }], second)).toHaveLength(2);
});

it("does not search within what the last fetch found", () => {
  expect(ask([1], null, [clauseOf("x", [1]), label, { ...label, enabled: false }], null).candidates).toEqual([label]);
});

it("is the same with and without heat maps and channels, and another with another limit", () => {
  expect(isSame(full, { ...full, why: true, channels: false, channel: null })).toBe(true);
  expect(isSame(full, { ...full, limit: 20 })).toBe(false);
});

it("keeps a name within what a filter may carry", () => {
  const { name } = clauseOf("x".repeat(500), [1]);
  expect(name).toHaveLength(200);
  expect(name).toMatch(/…, 1$/);
});
