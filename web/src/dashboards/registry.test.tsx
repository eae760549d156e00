import { describe, expect, it } from "vitest";
import type { Field } from "../api/types";
import { chart, type ChartKind } from "./charts/chart";
import { KINDS, specOf } from "./registry";
import { NO_SETTINGS } from "./spec";

function field(name: string, type: Field["type"], group: Field["group"]): Field {
  return { name, type, group, direction: null, description: "", expression: null };
}

const FIELDS = [
  field("loss", "float", "loss"),
  field("accuracy", "float", "metric"),
  field("predicted", "string", "prediction"),
  field("label", "string", "metadata"),
  field("ink", "float", "metadata"),
  field("subset", "string", "sample"),
];

/** The kinds that the server knows (`percepta.core.dashboards`). */
const KNOWN = "analysis area bar box confusion curves donut gallery heatmap histogram line map number precision_recall roc samples scatter table text threshold".split(" ");

it("lists every kind once", () => {
  expect(KINDS.map(({ kind }) => kind).sort()).toEqual(KNOWN);
  expect(new Set(KINDS.map(({ title }) => title)).size).toBe(KINDS.length);
});

describe.each(KINDS.map((spec) => [spec.kind, spec] as const))("%s", (kind, spec) => {
  const started = { ...NO_SETTINGS, ...spec.initial(FIELDS) };

  it("is found by its kind, fits the grid and says what it is for", () => {
    expect(specOf(kind)).toBe(spec);
    expect(spec.size.w).toBeGreaterThanOrEqual(3);
    expect(spec.size.w).toBeLessThanOrEqual(24);
    expect(spec.description).toMatch(/\.$/);
  });

  it("begins with settings that it uses, and a title", () => {
    const set = Object.entries(spec.initial(FIELDS)).filter(([, value]) => value !== null && value !== undefined);
    expect(set.filter(([name]) => !(spec.uses as readonly string[]).includes(name))).toEqual([]);
    expect(spec.name(started)).not.toBe("");
  });

  it("can begin where a run has hardly any fields", () => {
    expect(spec.name({ ...NO_SETTINGS, ...spec.initial([field("subset", "string", "sample")]) })).not.toBe("");
  });
});

/** The kinds that are charts say what they lack and what they ask. */
const CHARTS = KINDS.filter((spec): spec is ReturnType<typeof chart> & ChartKind => "questions" in spec);

describe.each(CHARTS.map((spec) => [spec.kind, spec] as const))("the chart %s", (_, spec) => {
  it("asks about fields that there are", () => {
    const settings = { ...NO_SETTINGS, ...spec.initial(FIELDS) };
    expect(spec.lacks(settings)).toBeNull();
    const text = JSON.stringify(spec.questions(settings, []));
    const asked = [...text.matchAll(/"fields?":(?:"([^"]*)"|\[([^\]]*)\])/g)].flatMap(([, one, many]) => one ?? (JSON.parse(`[${many}]`) as string[]));
    const names = new Set(FIELDS.map(({ name }) => name).concat("cluster", ""));
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
  });

  it("says what it lacks before it has settings", () => {
    expect(spec.lacks(NO_SETTINGS)).toMatch(/\w/);
  });
});
