/** What the page asks the server for, with the keys under which TanStack Query keeps it. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import type { Column } from "../filters/columns";
import type { Coordinates } from "../filters/execute";
import { MAP_FIELDS } from "../filters/engine";
import { decodeColumn } from "./arrow";
import * as api from "./client";
import { ApiError } from "./errors";
import type { ActivationsRequest, ExplainRequest, Explanation, FaithfulnessRequest, FieldType, SharedChannelsRequest } from "./types";

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

/** A field as its column is asked for; a derived one that was made anew has another expression. */
export interface ColumnOf {
  name: string;
  type: FieldType;
  expression?: string | null;
}

export const columnQuery = (run: string, { name, type, expression = null }: ColumnOf, map: string | null) => {
  const of = MAP_FIELDS.has(name) ? map : null;
  return queryOptions({
    queryKey: ["column", run, name, of, expression],
    queryFn: async (): Promise<Column> => decodeColumn(await api.column(run, name, of), type),
    ...FOREVER,
  });
};

export const sampleQuery = (run: string, row: number, map: string | null) =>
  queryOptions({ queryKey: ["sample", run, row, map], queryFn: () => api.sample(run, row, map), ...FOREVER });

/** Answers of the model's worker; kept there too, so that asking again is cheap. */
const ANSWERED = { staleTime: Infinity, gcTime: 5 * 60_000, retry: false } as const;

export const methodsQuery = (run: string) =>
  queryOptions({ queryKey: ["methods", run], queryFn: ({ signal }) => api.methods(run, signal), ...ANSWERED });

/** What was asked, beside its answer: maps name their targets by position. */
export interface Explained {
  asked: ExplainRequest;
  answer: Explanation;
}

export const explainQuery = (run: string, { slot, ...asked }: ExplainRequest) =>
  queryOptions({
    queryKey: ["explain", run, asked] as const,
    queryFn: async ({ signal }): Promise<Explained> => ({ asked, answer: await api.explainSamples(run, { ...asked, slot }, signal) }),
    ...ANSWERED,
  });

export const similarQuery = (run: string, asked: api.SimilarQuestion) =>
  queryOptions({
    queryKey: ["similar", run, asked] as const,
    // Without a slot: an answer takes milliseconds, and a request that overtakes another would take its place.
    queryFn: ({ signal }) => api.similar(run, asked, signal),
    ...ANSWERED,
  });

/** `read` gives the file's bytes as base64; `key` is what it is known by. */
export const similarFileQuery = (run: string, key: string, asked: Omit<api.SimilarFileQuestion, "file">, read: () => Promise<string>) =>
  queryOptions({
    queryKey: ["similar file", run, key, asked] as const,
    queryFn: async ({ signal }) => api.similarToFile(run, { ...asked, file: await read() }, signal),
    ...ANSWERED,
  });

export const faithfulnessQuery = (run: string, { slot, ...asked }: FaithfulnessRequest) =>
  queryOptions({
    queryKey: ["faithfulness", run, asked] as const,
    queryFn: ({ signal }) => api.testFaithfulness(run, { ...asked, slot }, signal),
    ...ANSWERED,
  });

export const channelSamplesQuery = (run: string, layer: string, channel: number) =>
  queryOptions({ queryKey: ["channel", run, layer, channel] as const, queryFn: ({ signal }) => api.channelSamples(run, layer, channel, signal), ...FOREVER });

export const activationsQuery = (run: string, { slot, ...asked }: ActivationsRequest) =>
  queryOptions({
    queryKey: ["activations", run, asked] as const,
    queryFn: ({ signal }) => api.activations(run, { ...asked, slot }, signal),
    ...ANSWERED,
  });

export const sharedChannelsQuery = (run: string, { slot, ...asked }: SharedChannelsRequest) =>
  queryOptions({
    queryKey: ["shared channels", run, asked] as const,
    queryFn: ({ signal }) => api.sharedChannels(run, { ...asked, slot }, signal),
    ...ANSWERED,
  });

export const jobsQuery = () => queryOptions({ queryKey: ["jobs"], queryFn: api.jobs, staleTime: Infinity });
