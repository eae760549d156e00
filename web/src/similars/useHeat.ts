import { useQuery, useQueryClient } from "@tanstack/react-query";
import { explainSamples } from "../api/client";
import { ApiError } from "../api/errors";
import { columnQuery } from "../api/queries";
import type { Explanation, Similars } from "../api/types";
import { useRun } from "../explore/run";
import { valueAt } from "../filters/columns";
import type { Grid } from "../heat/grid";
import { FIRST_PORTION, nextPortion, nextSize, shownMap } from "./heat";

/** This page, to the server: its newer question takes the place of one that still waits. */
const PAGE = Math.random().toString(36).slice(2);

/** Queries that get a heat map too: those that are shown. */
export const SHOWN_QUERIES = 4;

export interface Heat {
  /** By row; null where the answer has no map that can be drawn. */
  grids: Map<number, Grid | null>;
  /** How they were made. */
  made: Pick<Explanation, "title" | "source" | "layers" | "notes">;
}

/** What makes samples similar to the queries: a heat map of each, coming in portion by portion. Null asks for none. */
export function useHeat(found: Similars | null): { heat: Heat | undefined; error: unknown } {
  const { run } = useRun();
  const queryClient = useQueryClient();
  // Where none is wanted nobody listens to the question before, which ends it.
  const key = ["similars heat", run.id, found && [found.space, found.queries, found.rows]];
  const query = useQuery({
    queryKey: key,
    enabled: found !== null,
    queryFn: async ({ signal }) => {
      const { queries, rows, space } = found as Similars;
      const subset = await queryClient.fetchQuery(columnQuery(run.id, { name: "subset", type: "string" }, null));
      const targets = [{ kind: "direction" as const, space, rows: queries.length > 0 ? queries : rows }];
      const grids: Heat["grids"] = new Map();
      let made: Heat["made"] = { title: "", source: "", layers: [], notes: [] };
      let left = [...queries.slice(0, SHOWN_QUERIES), ...rows];
      let size = FIRST_PORTION;
      while (left.length > 0) {
        const portion = nextPortion(left, (row) => valueAt(subset, row), size);
        const answer = await explainSamples(run.id, { rows: portion, targets, signed: false, slot: `similars heat ${PAGE}` }, signal);
        for (const row of portion) grids.set(row, shownMap(answer.maps.filter((map) => map.row === row)));
        made = { title: answer.title, source: answer.source, layers: answer.layers, notes: answer.notes };
        left = left.filter((row) => !grids.has(row));
        size = nextSize(size, answer.seconds);
        if (left.length > 0) queryClient.setQueryData<Heat>(key, { grids: new Map(grids), made });
      }
      return { grids, made };
    },
    staleTime: Infinity,
    gcTime: 60_000,
    // Requests may overtake each other: one that nobody wants any more can take the place of this.
    retry: (failures, problem) => failures < 2 && problem instanceof ApiError && problem.status === 409,
  });
  return { heat: found === null ? undefined : query.data, error: found === null ? null : query.error };
}
