import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { wire } from "../api/client";
import { tells } from "../api/dashboards";
import { useRun, useView } from "../explore/run";
import { useDesk } from "../dashboards/desk";
import { active } from "../filters/types";
import { useUi } from "../shell/ui";

/** A newer question of this page takes the place of one that waits; those of other pages do not. */
const PAGE = Math.random().toString(36).slice(2);

/** What explains a metric among the samples that match. */
export function useTells(metric: string, everything: boolean) {
  const { run, map } = useRun();
  const filter = wire(active(useView((view) => view.filter)));
  return useQuery({
    queryKey: ["tells", run.id, map?.id ?? null, metric, everything, filter],
    queryFn: ({ signal }) => tells(run.id, { metric, everything, filter, map: map?.id ?? null, slot: `tells ${PAGE}` }, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 5 * 60_000,
    retry: false,
  });
}

/** Opens the panel of what explains a metric, or closes it. */
export function useOpenTells(): () => void {
  const { store } = useRun();
  return useCallback(() => {
    const { tells, set } = useDesk.getState();
    const { sample, selection, clear } = store.getState();
    const covered = sample !== null || selection.rows.length > 0 || selection.polygons.length > 0;
    // What is chosen stands before it in the panel.
    if (covered) clear();
    set({ tells: covered || !tells, edited: null });
    useUi.getState().set({ panel: true });
  }, [store]);
}
