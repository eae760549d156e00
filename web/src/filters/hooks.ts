/** Filter, selection and counts for components, kept by TanStack Query. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRun, useView } from "../explore/run";
import { isEmpty } from "../explore/view";
import { active, type Filter } from "./types";
import type { FieldSummary } from "./summary";
import type { RowSet } from "./worker";

const SHORT = { gcTime: 10_000, staleTime: Infinity, retry: false } as const;

/** The rows that the filter matches; undefined while unknown, null when everything matches. */
export function useMatching(): { set: RowSet | null | undefined; error: unknown; fetching: boolean } {
  const { run, map, engine } = useRun();
  const filter = useView((view) => view.filter);
  const enabled = active(filter);
  const query = useQuery({
    queryKey: ["mask", run.id, map?.id ?? null, enabled],
    queryFn: ({ signal }) => engine.mask(enabled, map?.id ?? null, signal),
    enabled: enabled.length > 0,
    placeholderData: keepPreviousData,
    ...SHORT,
  });
  if (enabled.length === 0) return { set: null, error: null, fetching: false };
  return { set: query.data, error: query.error, fetching: query.isFetching };
}

/** The rows selected; null when nothing is. */
export function useSelected(): RowSet | null | undefined {
  const { run, map, engine } = useRun();
  const filter = useView((view) => view.filter);
  const selection = useView((view) => view.selection);
  const enabled = active(filter);
  const region = { map: map?.id ?? null, ...selection };
  const query = useQuery({
    queryKey: ["selected", run.id, region, selection.polygons.length > 0 ? enabled : []],
    queryFn: ({ signal }) => engine.select(region, enabled, map?.id ?? null, signal),
    enabled: !isEmpty(selection),
    placeholderData: keepPreviousData,
    ...SHORT,
  });
  return isEmpty(selection) ? null : query.data;
}

/** Counts of a field's values under a filter. */
export function useSummary(field: string | null, filter: Filter, categorical?: boolean): { summary: FieldSummary | undefined; error: unknown } {
  const { run, map, engine } = useRun();
  const enabled = active(filter);
  const query = useQuery({
    queryKey: ["summary", run.id, map?.id ?? null, field, enabled, categorical ?? null],
    queryFn: ({ signal }) => engine.summary(field as string, enabled, map?.id ?? null, categorical, signal),
    enabled: field !== null,
    placeholderData: (previous, query) => (query?.queryKey[3] === field ? previous : undefined),
    ...SHORT,
  });
  return { summary: field === null ? undefined : query.data, error: query.error };
}

/** The filter without the clauses on one field: what that field's own counts are taken under. */
export function without(filter: Filter, field: string): Filter {
  return filter.filter((clause) => clause.kind !== "compare" || clause.field !== field);
}
