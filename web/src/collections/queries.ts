/** Kept sets of samples, and what can be done with them. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import * as api from "../api/dashboards";
import { useRun } from "../explore/run";
import { active, same } from "../filters/types";

export const collectionsQuery = (project: string) => queryOptions({ queryKey: ["collections", project], queryFn: () => api.collections(project) });

export function useCollections() {
  const { run, map, store } = useRun();
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["collections", run.project] });
  const create = useMutation({
    mutationFn: ({ name, description }: { name: string; description: string }) =>
      api.createCollection(run.id, { name, description, filter: active(store.getState().filter), map: map?.id ?? null }),
    onSuccess,
  });
  const remove = useMutation({ mutationFn: api.deleteCollection, onSuccess });
  /** Narrow the filter to a collection's samples. */
  const apply = useMutation({
    mutationFn: (collection: string) => api.applyCollection(run.id, collection),
    onSuccess: (clauses) => {
      const { filter, set } = store.getState();
      set({ filter: [...filter.filter((clause) => !clauses.some((one) => same([one], [clause]))), ...clauses] });
    },
  });
  return { create, remove, apply };
}
