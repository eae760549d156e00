import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRun, useView } from "../../explore/run";
import { active, type Filter } from "../../filters/types";
import type { Sort } from "../../samples/sorting";

/** The samples that match the shared filter and a dashlet's own, in order; at most `limit`. */
export function useRows(own: Filter, sort: Sort | null, limit: number | null): { rows: Uint32Array | undefined; matching: number | undefined; filter: Filter; error: unknown; stale: boolean; retry: () => void } {
  const { run, map, engine } = useRun();
  const shared = useView((view) => view.filter);
  const filter = useMemo(() => [...active(shared), ...active(own)], [shared, own]);
  const query = useQuery({
    queryKey: ["rows", run.id, map?.id ?? null, filter, sort, limit],
    queryFn: async ({ signal }) => {
      const { bits, count } = await engine.mask(filter, map?.id ?? null, signal);
      const order = await engine.order(bits, sort?.field ?? null, sort?.descending ?? false, map?.id ?? null);
      return { rows: limit === null ? order : order.slice(0, limit), matching: count };
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  });
  return { rows: query.data?.rows, matching: query.data?.matching, filter, error: query.error, stale: query.isPlaceholderData, retry: () => void query.refetch() };
}
