/** The one place that talks to the server. Every address is relative to where the page was opened. */
import createClient, { type Middleware } from "openapi-fetch";
import { ApiError } from "./errors";
import type { ActivationsRequest, ErrorDetail, ExplainRequest, FaithfulnessRequest, MapRequest, SharedChannelsRequest, SimilarFileRequest, SimilarRequest, Subset } from "./types";
import type { paths } from "./schema";
import type { Filter } from "../filters/types";

/** Absolute address of a path under the page's own folder. */
export function address(path: string): string {
  const base = new URL(document.baseURI);
  base.hash = "";
  base.search = "";
  return new URL(path, base).href;
}

/** Raises what the server said when an answer is not a success. */
const failing: Middleware = {
  async onResponse({ request, response }) {
    if (response.ok) return;
    let body: Partial<ErrorDetail> = {};
    try {
      body = ((await response.clone().json()) as { error?: Partial<ErrorDetail> }).error ?? {};
    } catch {
      // Not JSON: the status alone has to do.
    }
    throw new ApiError(response.status, body, `${request.method} ${new URL(request.url).pathname}`);
  },
};

export const http = createClient<paths>({ baseUrl: address(".").replace(/\/$/, ""), credentials: "same-origin" });
http.use(failing);

/** The body of an answer; failures were raised before. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

export async function bytes(answer: Promise<{ data?: unknown }>): Promise<Uint8Array> {
  return new Uint8Array((await answer).data as ArrayBuffer);
}

const BINARY = { parseAs: "arrayBuffer" } as const;

export const projects = () => data(http.GET("/api/projects"));
export const runs = (project: string) =>
  data(http.GET("/api/projects/{project}/runs", { params: { path: { project } } }));
export const run = (run: string) => data(http.GET("/api/runs/{run}", { params: { path: { run } } }));
export const failures = (run: string) =>
  data(http.GET("/api/runs/{run}/failures", { params: { path: { run } } }));

export const network = (run: string) => data(http.GET("/api/runs/{run}/network", { params: { path: { run } } }));

export const coordinates = (run: string, map: string) =>
  bytes(http.GET("/api/runs/{run}/maps/{map}/coordinates", { params: { path: { run, map } }, ...BINARY }));

export const column = (run: string, field: string, map: string | null) =>
  bytes(http.GET("/api/runs/{run}/columns/{field}", { params: { path: { run, field }, query: { map } }, ...BINARY }));

export const summary = (run: string, field: string, filter: Filter, map: string | null, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/summary", { params: { path: { run } }, body: { field, filter: wire(filter), map }, signal }));

export const mask = (run: string, filter: Filter, map: string | null, signal?: AbortSignal) =>
  bytes(http.POST("/api/runs/{run}/mask", { params: { path: { run } }, body: { filter: wire(filter), map }, signal, ...BINARY }));

export const sample = (run: string, row: number, map: string | null) =>
  data(http.GET("/api/runs/{run}/samples/{row}", { params: { path: { run, row }, query: { map } } }));

export const locate = (run: string, sampleId: string, signal?: AbortSignal, subset?: Subset) =>
  data(http.GET("/api/runs/{run}/locate", { params: { path: { run }, query: { sample_id: sampleId, subset } }, signal }));

export const methods = (run: string, signal?: AbortSignal) => data(http.GET("/api/runs/{run}/methods", { params: { path: { run } }, signal }));

export const explainSamples = (run: string, body: ExplainRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/explain", { params: { path: { run } }, body, signal }));

export const testFaithfulness = (run: string, body: FaithfulnessRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/faithfulness", { params: { path: { run } }, body, signal }));

export type SimilarQuestion = Omit<SimilarRequest, "filter"> & { filter: Filter };

export const similar = (run: string, { filter, ...question }: SimilarQuestion, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/similar", { params: { path: { run } }, body: { ...question, filter: wire(filter) }, signal }));

export type SimilarFileQuestion = Omit<SimilarFileRequest, "filter"> & { filter: Filter };

export const similarToFile = (run: string, { filter, ...question }: SimilarFileQuestion, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/similar-file", { params: { path: { run } }, body: { ...question, filter: wire(filter) }, signal }));

export const channelSamples = (run: string, layer: string, channel: number, signal?: AbortSignal) =>
  data(http.GET("/api/runs/{run}/layers/{layer}/channels/{channel}", { params: { path: { run, layer, channel } }, signal }));

export const activations = (run: string, body: ActivationsRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/activations", { params: { path: { run } }, body, signal }));

export const sharedChannels = (run: string, body: SharedChannelsRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/shared-channels", { params: { path: { run } }, body, signal }));

export const thumbnail = (run: string, row: number) => address(`api/runs/${encodeURIComponent(run)}/thumbnails/${row}`);

export type MapQuestion = Pick<MapRequest, "space" | "algorithm" | "seed"> & { filter: Filter };

export const explore = (run: string, { filter, ...question }: MapQuestion) =>
  data(http.POST("/api/runs/{run}/maps", { params: { path: { run } }, body: { ...question, filter: wire(filter), settings: {} } }));

export const jobs = () => data(http.GET("/api/jobs"));
export const cancelJob = (job: string) => data(http.POST("/api/jobs/{job}/cancel", { params: { path: { job } } }));
export const resumeJob = (job: string) => data(http.POST("/api/jobs/{job}/resume", { params: { path: { job } } }));
export const jobLog = (job: string, after: number) =>
  data(http.GET("/api/jobs/{job}/log", { params: { path: { job }, query: { after } } }));

/** A filter with its flags spelled out, as the generated types want it. */
export function wire(filter: Filter) {
  return filter.map((clause) => ({ ...clause, negate: clause.negate ?? false, enabled: clause.enabled ?? true }));
}
