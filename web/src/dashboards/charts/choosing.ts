/** From what is touched in a chart to clauses of the filter, and back to what is marked as chosen. */
import type { SplitValues } from "../../api/dashboards";
import type { Column } from "../../filters/columns";
import { toggleValue } from "../../filters/describe";
import { evaluate } from "../../filters/execute";
import { active, type Clause, type Compare, type Filter, type Scalar } from "../../filters/types";

/** How a touch changes what was chosen before. */
export type How = "only" | "add" | "except";

/** Shift adds, Alt leaves out. */
export function howOf({ shiftKey, altKey }: { shiftKey: boolean; altKey: boolean }): How {
  return altKey ? "except" : shiftKey ? "add" : "only";
}

/** The clauses that choose one part of a split; none for versions, which are no samples. */
export function clausesOf(split: SplitValues, code: number): Compare[] {
  const { field } = split;
  if (split.kind === "version") return [];
  if (code === split.missing) return [{ kind: "compare", field, op: "missing" }];
  if (code === split.other)
    return [
      // Beyond all bins are the infinite values.
      split.edges
        ? { kind: "compare", field, op: "between", value: [split.edges[0], split.edges[split.edges.length - 1]], negate: true }
        : { kind: "compare", field, op: "in", value: known(split), negate: true },
      ...(split.missing === null || split.missing === undefined ? [] : [{ kind: "compare", field, op: "missing", negate: true } as const]),
    ];
  return clausesOfSpan(split, code, code);
}

/** The clauses that choose everything from one part of a split to another. */
export function clausesOfSpan(split: SplitValues, from: number, to: number): Compare[] {
  const { field, edges } = split;
  const [first, last] = from <= to ? [from, to] : [to, from];
  if (split.kind === "version") return [];
  if (edges) {
    // A bin leaves out its end, which is the start of the next; the last one has it, unless it holds whole numbers.
    const end = split.whole_numbers ? edges[last + 1] - 1 : last + 1 < edges.length - 1 ? below(edges[last + 1]) : edges[edges.length - 1];
    return [{ kind: "compare", field, op: "between", value: [edges[first], end] }];
  }
  return [{ kind: "compare", field, op: "in", value: known(split).slice(first, last + 1) }];
}

/** The clauses that choose several parts, neighbours where they are bins; values beyond the limit only by themselves. */
export function clausesOfParts(split: SplitValues, codes: number[]): Compare[] {
  const inside = codes.filter((code) => code < partsOf(split));
  if (inside.length === 0) return codes.length > 0 ? clausesOf(split, codes[0]) : [];
  if (split.edges || split.kind === "version") return clausesOfSpan(split, Math.min(...inside), Math.max(...inside));
  return [{ kind: "compare", field: split.field, op: "in", value: inside.map((code) => known(split)[code]) }];
}

function known(split: SplitValues): Scalar[] {
  return (split.values ?? []).filter((value) => value !== null);
}

/** The filter after a touch. The same touch again takes back what it did. */
export function choose(filter: Filter, clauses: Compare[], how: How): Filter {
  if (clauses.length === 0) return filter;
  if (how === "except") return leaveOut(filter, clauses[0]);
  if (how === "add") return clauses.reduce(addTo, filter);
  const others = filter.filter((clause) => !isOn(clause, clauses));
  const before = filter.filter((clause) => isOn(clause, clauses));
  return sameSet(before, clauses) ? others : [...others, ...clauses];
}

function isOn(clause: Clause, clauses: Compare[]): boolean {
  return clause.kind === "compare" && clauses.some(({ field }) => field === clause.field);
}

function sameSet(a: Clause[], b: Clause[]): boolean {
  const texts = new Set(a.map((clause) => JSON.stringify(clause)));
  return a.length === b.length && b.every((clause) => texts.has(JSON.stringify(clause)));
}

/** One more value into the set, or out of it; a range grows to hold another. */
function addTo(filter: Filter, clause: Compare): Filter {
  const at = filter.findIndex((old) => isOn(old, [clause]) && old.negate !== true && old.enabled !== false);
  if (at < 0) return [...filter, clause];
  const old = filter[at] as Compare;
  if (clause.op === "in" && old.op === "in") {
    const next = (clause.value as Scalar[]).reduce<Compare | null>((set, value) => toggleValue(set ?? undefined, clause.field, value, false), old);
    return next ? filter.with(at, next) : filter.toSpliced(at, 1);
  }
  if (clause.op === "between" && old.op === "between") {
    const ends = [...(old.value as number[]), ...(clause.value as number[])];
    return filter.with(at, { ...old, value: [Math.min(...ends), Math.max(...ends)] });
  }
  return filter.with(at, clause);
}

function leaveOut(filter: Filter, clause: Compare): Filter {
  if (clause.op === "in" && clause.negate !== true) {
    const at = filter.findIndex((old) => isOn(old, [clause]) && old.kind === "compare" && old.op === "in" && old.negate === true && old.enabled !== false);
    const old = at < 0 ? undefined : (filter[at] as Compare);
    const next = (clause.value as Scalar[]).reduce<Compare | null>((set, value) => toggleValue(set ?? undefined, clause.field, value, true), old ?? null);
    if (at < 0) return next ? [...filter, next] : filter;
    return next ? filter.with(at, next) : filter.toSpliced(at, 1);
  }
  const negated = { ...clause, negate: !clause.negate };
  const text = JSON.stringify(negated);
  const without = filter.filter((old) => JSON.stringify(old) !== text);
  return without.length < filter.length ? without : [...filter, negated];
}

/** Which parts of a split its own field's clauses let through, by code; null: they let everything through. */
export function chosenOf(split: SplitValues, filter: Filter): boolean[] | null {
  const own = active(filter).filter((clause) => clause.kind === "compare" && clause.field === split.field);
  if (own.length === 0 || split.kind === "version") return null;
  const parts = Math.max(partsOf(split), (split.other ?? -1) + 1, (split.missing ?? -1) + 1);
  try {
    const pass = evaluate(own, { rows: parts, column: () => columnOf(split, parts), coordinates: () => ({ x: new Float32Array(), y: new Float32Array() }), collection: () => new Uint8Array() });
    return Array.from(pass, (bit) => bit === 1);
  } catch {
    // A clause that does not fit the field's type is said in the filter bar.
    return null;
  }
}

/** How many known values or bins a split has. */
export function partsOf({ edges, values }: SplitValues): number {
  return edges ? Math.max(0, edges.length - 1) : (values?.length ?? 0);
}

/** A text that no value is, for the values beyond the limit. */
const BEYOND = "\uFFFF";

/** A column with one row a part, for the same executor that filters samples; a bin stands for its middle. */
function columnOf(split: SplitValues, parts: number): Column {
  const { edges, missing } = split;
  const valid = new Uint8Array(parts).fill(1);
  if (missing !== null && missing !== undefined) valid[missing] = 0;
  if (edges) {
    const middles = Float64Array.from({ length: parts }, (_, bin) => (edges[bin] + edges[bin + 1] - (split.whole_numbers ? 1 : 0)) / 2);
    return { type: "float", values: middles, valid };
  }
  const values = split.values ?? [];
  const first = values.find((value) => value !== null);
  if (typeof first === "number") return { type: "float", values: Float64Array.from({ length: parts }, (_, at) => Number(values[at] ?? Infinity)), valid };
  if (typeof first === "boolean") return { type: "boolean", values: Uint8Array.from({ length: parts }, (_, at) => (values[at] === true ? 1 : values[at] === false ? 0 : 2)) };
  const dictionary = Array.from({ length: parts }, (_, at) => String(values[at] ?? BEYOND));
  return { type: "string", dictionary, codes: Int32Array.from(dictionary, (_, at) => (at === missing ? -1 : at)) };
}

const words = new DataView(new ArrayBuffer(8));

/** The largest number below another. */
export function below(value: number): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return -Number.MIN_VALUE;
  words.setFloat64(0, value);
  const bits = words.getBigInt64(0);
  words.setBigInt64(0, value > 0 ? bits - 1n : bits + 1n);
  return words.getFloat64(0);
}

/** The filter with these clauses in the place of all others on their fields. */
export function put(filter: Filter, clauses: Compare[]): Filter {
  return [...filter.filter((clause) => !isOn(clause, clauses)), ...clauses];
}
