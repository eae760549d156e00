/** Colours of the parts of a split: a category has the same one in every chart and on the map. */
import type { SplitValues } from "../../api/dashboards";
import { type Theme, type Value } from "../../explore/coloring";
import { useSummary } from "../../filters/hooks";
import { compare, type FieldSummary } from "../../filters/summary";
import { CATEGORICAL, MISSING, OTHER, ownColors } from "../../theme/palette";
import { at, sequential } from "../../theme/ramps";

/** The values of a field that have a colour of their own, in the order of the palette: the commonest, as people count. */
export function ownValues(values: { value: Value; all: number }[]): Value[] {
  return values
    .slice(0, ownColors(values.length))
    .map(({ value }) => value)
    .sort(compare);
}

/** The values of a split's field that have colours of their own; undefined while unknown. */
export function useOwnValues(field: string | null): Value[] | undefined {
  const { summary, error } = useSummary(field, [], true);
  if (field === null || error) return [];
  return ownOf(summary);
}

function ownOf(summary: FieldSummary | undefined): Value[] | undefined {
  if (!summary) return undefined;
  return summary.kind === "categorical" ? ownValues(summary.values) : [];
}

/** The colour of every part of a split, by code. `own`: the field's values that have colours of their own. */
export function colorsOf(split: SplitValues, own: Value[], theme: Theme): (code: number) => string {
  const palette = CATEGORICAL[theme];
  if (split.edges) {
    const ramp = sequential(theme);
    const last = Math.max(1, split.edges.length - 2);
    return (code) => (code === split.missing ? MISSING[theme] : at(ramp, 0.12 + (0.8 * code) / last));
  }
  const places = new Map(own.map((value, place) => [value, place]));
  return (code) => {
    if (code === split.missing) return MISSING[theme];
    if (code === split.other) return OTHER[theme];
    if (split.kind === "version") return palette[code % palette.length];
    const value = split.values?.[code] ?? null;
    const place = value === null ? undefined : own.length > 0 ? places.get(value) : code;
    return place === undefined || place >= palette.length ? OTHER[theme] : palette[place];
  };
}
