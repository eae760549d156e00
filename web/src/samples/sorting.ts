/** The order of a table's rows and columns, and the length of the bars in its cells. */

import type { Field } from "../api/types";

export interface Sort {
  field: string;
  descending: boolean;
}

/** Largest first, then smallest first, then in their own order. */
export function turned(sort: Sort | null, field: string): Sort | null {
  if (sort?.field !== field) return { field, descending: true };
  return sort.descending ? { field, descending: false } : null;
}

/** The names with one of them at another place. */
export function placed(names: string[], name: string, to: number): string[] {
  const others = names.filter((other) => other !== name);
  const at = Math.min(others.length, Math.max(0, to));
  return [...others.slice(0, at), name, ...others.slice(at)];
}

/** How much of its cell a bar fills, 0..1. */
export function shareOf(value: unknown, [low, high]: [number, number]): number {
  return typeof value === "number" ? Math.min(1, Math.max(0, (value - low) / (high - low || 1))) : 0;
}

export function isNumber({ type }: Field): boolean {
  return type === "float" || type === "integer";
}
