import { Button } from "@mantine/core";
import { IconHourglass, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { resumeJob } from "../api/client";
import { jobsQuery, queryClient, runQuery } from "../api/queries";
import { isLive, progressLine, shareOf } from "../jobs/progress";
import { ProgressBar } from "../jobs/ProgressBar";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import classes from "./explore.module.css";

/** A run that is not committed yet: how far it is, or how to go on. Opens by itself when it is complete. */
export function Unfinished({ run, message }: { run: string; message: string }) {
  const jobs = useQuery(jobsQuery());
  const job = jobs.data?.find((one) => one.run === run && isLive(one));
  const ended = jobs.data?.some((one) => one.run === run && one.status === "complete") ?? false;
  const stopped = jobs.data?.find((one) => one.run === run && one.kind === "evaluate" && one.resumable && !isLive(one) && one.status !== "complete");
  const resume = useMutation({ mutationFn: resumeJob });
  useEffect(() => {
    if (ended) void queryClient.invalidateQueries({ queryKey: runQuery(run).queryKey });
  }, [ended, run]);
  return (
    <EmptyState icon={<IconHourglass size={22} stroke={1.5} />} title={job ? "This run is still being evaluated" : message} action={<Link to="/jobs">Jobs</Link>}>
      {job ? (
        <div className={classes.unfinished}>
          <ProgressBar share={shareOf(job)} label={job.title} />
          {progressLine(job)}
          <div>Its samples can be explored as soon as it is complete; this page opens them by itself.</div>
        </div>
      ) : (
        <div className={classes.unfinished}>
          {stopped?.error && <b>{stopped.error.message}</b>}
          {stopped?.error?.fix && <div>{stopped.error.fix}</div>}
          What it had done is kept; its log is among the jobs.
          {stopped && (
            <Button leftSection={<IconPlayerPlay size={14} />} onClick={() => resume.mutate(stopped.id)} loading={resume.isPending} data-testid="run-resume">
              Resume
            </Button>
          )}
          {resume.error && <ErrorNotice error={resume.error} />}
        </div>
      )}
    </EmptyState>
  );
}
