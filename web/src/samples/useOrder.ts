import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRun, useView } from "../explore/run";
import { useMatching, useSelected } from "../filters/hooks";
import type { RowSet } from "../filters/worker";

export interface Order {
  rows: Uint32Array | undefined;
  /** What the rows are: the selection, else what matches, else everything. */
  what: "selected" | "matching" | "all";
  error: unknown;
}

/** The rows a gallery or table shows, in its order. */
export function useOrder(enabled = true): Order {
  const { run, map, engine } = useRun();
  const sort = useView((view) => view.sort);
  const selected = useSelected();
  const { set: matching } = useMatching();
  // One chosen sample is no crowd to look through: those around it in the filter are.
  const lone = useView(({ selection }) => selection.polygons.length === 0 && selection.rows.length === 1);
  const what = selected !== null && !lone ? "selected" : matching !== null ? "matching" : "all";
  const everything = useMemo(() => all(run.samples), [run.samples]);
  const set = what === "selected" ? selected : what === "matching" ? matching : everything;
  const query = useQuery({
    queryKey: ["order", run.id, map?.id ?? null, keyOf(set), sort],
    queryFn: () => engine.order((set as RowSet).bits, sort?.field ?? null, sort?.descending ?? false, map?.id ?? null),
    enabled: enabled && set !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    staleTime: Infinity,
    retry: false,
  });
  return { rows: query.data, what, error: query.error };
}

function all(rows: number): RowSet {
  const bits = new Uint8Array(Math.ceil(rows / 8)).fill(255);
  if (rows & 7) bits[bits.length - 1] = (1 << (rows & 7)) - 1;
  return { bits, count: rows };
}

const keys = new WeakMap<Uint8Array, number>();
let next = 1;

/** A short name for a set, the same as long as it is the same object. */
function keyOf(set: RowSet | null | undefined): number {
  if (!set) return 0;
  let key = keys.get(set.bits);
  if (key === undefined) keys.set(set.bits, (key = next++));
  return key;
}
