import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconChevronRight, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { cancelJob, resumeJob } from "../api/client";
import { projectsQuery } from "../api/queries";
import type { Job } from "../api/types";
import { ErrorNotice } from "../shell/ErrorNotice";
import { ago, duration } from "../theme/format";
import page from "../theme/page.module.css";
import { StatusBadge } from "../theme/StatusBadge";
import { JobLog } from "./JobLog";
import classes from "./jobs.module.css";
import { isLive, progressLine, shareOf, tookSeconds } from "./progress";
import { ProgressBar } from "./ProgressBar";

/** One job; unfolds to its error and log. */
export function JobRow({ job }: { job: Job }) {
  const [open, setOpen] = useState(job.status === "failed");
  const cancel = useMutation({ mutationFn: () => cancelJob(job.id) });
  const resume = useMutation({ mutationFn: () => resumeJob(job.id) });
  const project = useQuery(projectsQuery()).data?.find((one) => one.id === job.project);
  const took = tookSeconds(job);
  return (
    <div className={classes.job} data-testid="job-row" data-status={job.status}>
      <div className={classes.line}>
        <ActionIcon onClick={() => setOpen(!open)} aria-label={open ? "Hide log" : "Show log"} aria-expanded={open} data-testid="job-toggle">
          <IconChevronRight size={15} className={classes.fold} data-open={open || undefined} />
        </ActionIcon>
        <div className={classes.what}>
          <div className={page.name}>
            {job.title || job.kind}
            {project && <span className={classes.inProject}>{project.name}</span>}
            {job.run && (
              <Link to="/runs/$run" params={{ run: job.run }} className={classes.toRun}>
                open run
              </Link>
            )}
          </div>
          <div className={page.sub}>{isLive(job) ? progressLine(job) : job.error?.message || job.message || (job.status === "complete" ? "" : progressLine(job))}</div>
        </div>
        <div className={classes.progress}>{isLive(job) && <ProgressBar share={shareOf(job)} label={job.title} status={job.status} />}</div>
        <StatusBadge status={job.status} />
        <span className={page.sub}>{took === null ? "" : duration(took)}</span>
        <span className={page.sub}>{ago(job.created)}</span>
        <div className={classes.buttons}>
          {isLive(job) && (
            <Tooltip label={job.kind === "evaluate" ? "Stop; what is done stays and can be resumed" : "Stop"}>
              <Button size="compact-xs" leftSection={<IconPlayerStop size={12} />} onClick={() => cancel.mutate()} disabled={job.status === "cancelling"} loading={cancel.isPending} data-testid="job-cancel">
                Cancel
              </Button>
            </Tooltip>
          )}
          {!isLive(job) && job.resumable && job.status !== "complete" && (
            <Button size="compact-xs" leftSection={<IconPlayerPlay size={12} />} onClick={() => resume.mutate()} loading={resume.isPending} data-testid="job-resume">
              Resume
            </Button>
          )}
        </div>
      </div>
      {(cancel.error ?? resume.error) && <ErrorNotice error={cancel.error ?? resume.error} />}
      {open && <JobLog job={job} />}
    </div>
  );
}
