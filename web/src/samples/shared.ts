/** What sets a group of samples apart from the rest, field by field. Pure. */
import type { Field } from "../api/types";
import type { FieldSummary } from "../filters/summary";

export interface SharedValue {
  kind: "value";
  field: Field;
  value: string | number | boolean;
  /** Share of the group that has the value, and of the rest. */
  inside: number;
  outside: number;
  score: number;
}

export interface SharedMean {
  kind: "mean";
  field: Field;
  value: null;
  /** Mean of the group, and of the rest. */
  inside: number;
  outside: number;
  /** Difference in standard deviations of the whole. */
  shift: number;
  score: number;
}

export type Shared = SharedValue | SharedMean;

export interface Means {
  field: Field;
  inside: number | null;
  outside: number | null;
  /** Difference in standard deviations of the whole; 0 where one side is not known. */
  shift: number;
}

const LEAST_SHARE = 0.25;
const LEAST_GAIN = 0.1;
const LEAST_SHIFT = 0.5;

/** Means of a numeric field inside and outside the group; null where nothing is known. */
export function meansOf(field: Field, summary: FieldSummary, inside: number, total: number): Means | null {
  if (summary.kind !== "numeric" || summary.mean === null) return null;
  const known = total - summary.missing;
  const knownInside = inside - summary.missingMatching;
  const mean = knownInside > 0 ? summary.meanMatching : null;
  const rest = known - knownInside;
  const outside = rest > 0 ? (summary.mean * known - (mean ?? 0) * knownInside) / rest : null;
  const spread = deviation(summary.edges, summary.all);
  return { field, inside: mean, outside, shift: mean !== null && outside !== null && spread > 0 ? (mean - outside) / spread : 0 };
}

/** The telling values, or the shifted mean, of one field. */
export function sharedBy(field: Field, summary: FieldSummary, inside: number, total: number): Shared[] {
  if (summary.kind === "numeric") {
    const means = meansOf(field, summary, inside, total);
    if (!means || means.inside === null || means.outside === null) return [];
    const { shift } = means;
    if (Math.abs(shift) < LEAST_SHIFT) return [];
    return [{ kind: "mean", field, value: null, inside: means.inside, outside: means.outside, shift, score: Math.min(1, Math.abs(shift) / 3) }];
  }
  if (summary.values.length < 2 || inside === 0 || inside === total) return [];
  return summary.values
    .map(({ value, all, matching }): SharedValue => {
      const share = matching / inside;
      const rest = (all - matching) / (total - inside);
      return { kind: "value", field, value, inside: share, outside: rest, score: (share - rest) * Math.sqrt(share) };
    })
    .filter((one) => one.inside * inside > 1.5 && one.inside >= LEAST_SHARE && one.inside - one.outside >= LEAST_GAIN)
    .sort((a, b) => b.score - a.score)
    .slice(0, 2);
}

/** Standard deviation from a histogram: good to the width of a bin. */
function deviation(edges: number[], counts: number[]): number {
  let n = 0;
  let sum = 0;
  let squares = 0;
  counts.forEach((size, bin) => {
    const middle = (edges[bin] + edges[bin + 1]) / 2;
    n += size;
    sum += size * middle;
    squares += size * middle * middle;
  });
  return n === 0 ? 0 : Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}
