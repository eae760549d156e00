import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { cancelJob, explore } from "../api/client";
import { jobsQuery, queryClient, runQuery } from "../api/queries";
import type { Job, MapRequest } from "../api/types";
import { useMatching } from "../filters/hooks";
import { active } from "../filters/types";
import { isLive, mergeJob, progressLine, shareOf } from "../jobs/progress";
import { ProgressBar } from "../jobs/ProgressBar";
import { ErrorNotice } from "../shell/ErrorNotice";
import { count } from "../theme/format";
import classes from "./controls.module.css";
import { ALGORITHMS } from "./MapChooser";
import { usePendingMap } from "./pendingMap";
import { useRun, useView } from "./run";

type Algorithm = MapRequest["algorithm"];

/** Starts a map of a latent space, of all samples or of those that match now, and shows it when it is ready. */
export function NewMap({ onReady }: { onReady: () => void }) {
  const { run, map } = useRun();
  const filter = active(useView((view) => view.filter));
  const { set: matching } = useMatching();
  const [space, setSpace] = useState(map?.space ?? run.spaces[0]?.name ?? "");
  const [algorithm, setAlgorithm] = useState<Algorithm>("umap");
  const [part, setPart] = useState(false);
  const job = usePendingJob(run.id);
  const start = useMutation({
    mutationFn: () => explore(run.id, { space, algorithm, seed: 0, filter: part ? filter : [] }),
    onSuccess: (made) => {
      queryClient.setQueryData<Job[]>(["jobs"], (jobs) => mergeJob(jobs, made));
      usePendingMap.setState({ job: made.id, run: run.id, known: run.maps.map((one) => one.id) });
    },
  });
  const done = job !== undefined && !isLive(job);
  useEffect(() => {
    if (done && job?.status === "complete") onReady();
  }, [done, job?.status, onReady]);
  if (job && isLive(job))
    return (
      <div className={classes.progress} data-testid="new-map-progress">
        <div>{job.title}</div>
        <ProgressBar share={shareOf(job)} label={job.title} />
        <div className={classes.note}>{progressLine(job)}</div>
        <Button size="compact-xs" onClick={() => void cancelJob(job.id)} disabled={job.status === "cancelling"} data-testid="new-map-cancel">
          Cancel
        </Button>
      </div>
    );
  return (
    <form
      className={classes.form}
      data-testid="new-map"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <div className={classes.two}>
        <label>
          Latent space
          <select className={classes.select} value={space} onChange={(event) => setSpace(event.currentTarget.value)} data-testid="new-map-space">
            {run.spaces.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name} ({one.width})
              </option>
            ))}
          </select>
        </label>
        <label>
          Algorithm
          <select className={classes.select} value={algorithm} onChange={(event) => setAlgorithm(event.currentTarget.value as Algorithm)} data-testid="new-map-algorithm">
            {ALGORITHMS.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {filter.length > 0 && (
        <Checkbox checked={part} onChange={(event) => setPart(event.currentTarget.checked)} label={`Only the ${matching ? count(matching.count) : ""} samples that match now`} />
      )}
      {job?.status === "failed" && job.error && <div className={classes.note}>The last one failed: {job.error.message}</div>}
      {start.error && <ErrorNotice error={start.error} />}
      <Button type="submit" variant="filled" loading={start.isPending} data-testid="new-map-start">
        Make this map
      </Button>
    </form>
  );
}

/** The job that makes the map this page asked for, as it stands. */
function usePendingJob(run: string): Job | undefined {
  const pending = usePendingMap();
  const jobs = useQuery(jobsQuery());
  return pending.run === run ? jobs.data?.find((job) => job.id === pending.job) : undefined;
}

/** Switches to the map that was asked for as soon as the run has it. */
export function useSwitchWhenReady(): void {
  const { run, store } = useRun();
  const pending = usePendingMap();
  const job = usePendingJob(run.id);
  const complete = job?.status === "complete";
  useEffect(() => {
    if (complete) void queryClient.invalidateQueries({ queryKey: runQuery(run.id).queryKey });
  }, [complete, run.id]);
  useEffect(() => {
    if (!complete || pending.run !== run.id) return;
    const made = run.maps.find((one) => !pending.known.includes(one.id));
    if (!made) return;
    usePendingMap.setState({ job: null, run: null, known: [] });
    store.getState().set({ map: made.id, camera: null, selection: { polygons: [], rows: [] } });
  }, [complete, pending, run.id, run.maps, store]);
}
