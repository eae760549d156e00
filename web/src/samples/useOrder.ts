import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRun, useView } from "../explore/run";
import type { Selection } from "../explore/view";
import { rowsOf } from "../filters/bits";
import { useMatching, useSelected } from "../filters/hooks";
import { type Filter, MAX_ROWS } from "../filters/types";
import type { RowSet } from "../filters/worker";
import { nameOf } from "./identity";

export interface Order {
  rows: Uint32Array | undefined;
  /** What chooses them; null where no filter says it. */
  filter: Filter | null;
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
  const lone = useView(({ selection, narrow }) => !narrow || (selection.polygons.length === 0 && selection.rows.length === 1));
  const what = selected !== null && !lone ? "selected" : matching !== null ? "matching" : "all";
  const everything = useMemo(() => all(run.samples), [run.samples]);
  const set = what === "selected" ? selected : what === "matching" ? matching : everything;
  const query = useQuery({
    queryKey: ["order", run.id, map?.id ?? null, set ? nameOf(set.bits) : null, sort],
    queryFn: () => engine.order((set as RowSet).bits, sort?.field ?? null, sort?.descending ?? false, map?.id ?? null),
    enabled: enabled && set !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    staleTime: Infinity,
    retry: false,
  });
  const filter = useView((view) => view.filter);
  const selection = useView((view) => view.selection);
  const chosen = what === "selected" ? filterOf(selection, filter, selected ? selected : null, map?.id ?? null) : filter;
  return { rows: query.data, filter: chosen, what, error: query.error };
}

/** The filter that lets through what is selected; null where it takes more than one clause, or too long a one. */
function filterOf({ polygons, rows }: Selection, filter: Filter, selected: RowSet | null, map: string | null): Filter | null {
  if (polygons.length === 1 && rows.length === 0 && map !== null) return [...filter, { kind: "lasso", map, polygon: polygons[0] }];
  if (selected === null || selected.count > MAX_ROWS) return null;
  return [{ kind: "rows", rows: [...rowsOf(selected.bits)] }];
}

function all(rows: number): RowSet {
  const bits = new Uint8Array(Math.ceil(rows / 8)).fill(255);
  if (rows & 7) bits[bits.length - 1] = (1 << (rows & 7)) - 1;
  return { bits, count: rows };
}
