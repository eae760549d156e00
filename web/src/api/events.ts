/** The one live stream of a tab: job events go into the cache, and what they made is asked for again. */
import type { QueryClient } from "@tanstack/react-query";
import { address } from "./client";
import { isLive, mergeJob } from "../jobs/progress";
import type { components } from "./schema";
import type { Job } from "./types";

type DashboardEvent = components["schemas"]["DashboardEvent"];

/** Listen until the returned function is called. */
export function listen(client: QueryClient): () => void {
  const stream = new EventSource(address("api/events"));
  const on = (name: string, handle: (data: unknown) => void) =>
    stream.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data)));

  on("job", (data) => {
    const job = data as Job;
    const before = client.getQueryData<Job[]>(["jobs"])?.find((other) => other.id === job.id);
    client.setQueryData<Job[]>(["jobs"], (jobs) => mergeJob(jobs, job));
    if (before && before.status !== job.status && !isLive(job)) refresh(client, job.run);
  });
  on("run", (data) => refresh(client, (data as { run: string }).run));
  on("map", (data) => refresh(client, (data as { run: string }).run));
  on("dashboard", (data) => {
    const { dashboard, project, revision } = data as DashboardEvent;
    void client.invalidateQueries({ queryKey: ["dashboards", project] });
    if (revision !== null) void client.invalidateQueries({ queryKey: ["dashboard", dashboard] });
  });
  return () => stream.close();
}

function refresh(client: QueryClient, run: string | null): void {
  void client.invalidateQueries({ queryKey: ["projects"] });
  void client.invalidateQueries({ queryKey: ["runs"] });
  if (run) {
    void client.invalidateQueries({ queryKey: ["run", run] });
    void client.invalidateQueries({ queryKey: ["failures", run] });
  }
}
