import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { jobsQuery } from "../api/queries";
import classes from "./jobs.module.css";
import { isLive, progressLine, shareOf } from "./progress";
import { ProgressBar } from "./ProgressBar";

/** What runs now, in the top bar. */
export function JobsIndicator() {
  const jobs = useQuery(jobsQuery());
  const live = jobs.data?.filter(isLive) ?? [];
  const job = live.find((one) => one.status === "running") ?? live[0];
  if (!job) return null;
  return (
    <Tooltip label={`${job.title}: ${progressLine(job)}`}>
      <Link to="/jobs" className={classes.indicator} data-testid="jobs-indicator">
        <span className={classes.indicatorTitle}>{job.stage || job.title}</span>
        <ProgressBar share={shareOf(job)} label={job.title} />
        {live.length > 1 && <span className={classes.more}>+{live.length - 1}</span>}
      </Link>
    </Tooltip>
  );
}
