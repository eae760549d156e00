/** What the page asks the server for, with the keys under which TanStack Query keeps it. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import type { Column } from "../filters/columns";
import type { Coordinates } from "../filters/execute";
import { MAP_FIELDS } from "../filters/engine";
import { decodeColumn } from "./arrow";
import * as api from "./client";
import { ApiError } from "./errors";
import type { FieldType } from "./types";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

/** What a committed run says never changes. */
const FOREVER = { staleTime: Infinity, gcTime: 10 * 60_000 } as const;

export const projectsQuery = () => queryOptions({ queryKey: ["projects"], queryFn: api.projects });

export const runsQuery = (project: string) =>
  queryOptions({ queryKey: ["runs", project], queryFn: () => api.runs(project) });

export const runQuery = (run: string) => queryOptions({ queryKey: ["run", run], queryFn: () => api.run(run) });

export const failuresQuery = (run: string) =>
  queryOptions({ queryKey: ["failures", run], queryFn: () => api.failures(run) });

export const networkQuery = (run: string) =>
  queryOptions({ queryKey: ["network", run], queryFn: () => api.network(run), ...FOREVER });

export const coordinatesQuery = (run: string, map: string) =>
  queryOptions({
    queryKey: ["coordinates", run, map],
    queryFn: async (): Promise<Coordinates> => {
      const bytes = await api.coordinates(run, map);
      const values = new Float32Array(bytes.buffer, 0, bytes.byteLength >> 2);
      const rows = values.length >> 1;
      return { x: values.subarray(0, rows), y: values.subarray(rows) };
    },
    ...FOREVER,
  });

export const columnQuery = (run: string, field: string, type: FieldType, map: string | null) => {
  const of = MAP_FIELDS.has(field) ? map : null;
  return queryOptions({
    queryKey: ["column", run, field, of],
    queryFn: async (): Promise<Column> => decodeColumn(await api.column(run, field, of), type),
    ...FOREVER,
  });
};

export const sampleQuery = (run: string, row: number, map: string | null) =>
  queryOptions({ queryKey: ["sample", run, row, map], queryFn: () => api.sample(run, row, map), ...FOREVER });

export const jobsQuery = () => queryOptions({ queryKey: ["jobs"], queryFn: api.jobs, staleTime: Infinity });
