import { Skeleton } from "@mantine/core";
import { IconProgress } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { jobsQuery } from "../api/queries";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import page from "../theme/page.module.css";
import { JobRow } from "./JobRow";
import { isLive } from "./progress";

/** Every job: what runs, then what ran. */
export function JobsPage() {
  const jobs = useQuery(jobsQuery());
  const newest = [...(jobs.data ?? [])].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
  const live = newest.filter(isLive);
  const ended = newest.filter((job) => !isLive(job));
  return (
    <div className={page.page} data-testid="jobs-page">
      <div className={page.body}>
        {jobs.isError && <ErrorNotice error={jobs.error} retry={() => void jobs.refetch()} />}
        {jobs.isPending && <Skeleton height={120} />}
        {jobs.data?.length === 0 && (
          <EmptyState icon={<IconProgress size={22} stroke={1.5} />} title="No jobs yet">
            Evaluations and new maps run as jobs; they appear here with their progress and log. Start one with <code>percepta evaluate script.py</code>, or with New map in Explore.
          </EmptyState>
        )}
        {live.length > 0 && (
          <>
            <div className={page.head}>
              <h1>Running</h1>
            </div>
            <div className={page.list} style={{ marginBottom: 28 }}>
              {live.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </div>
          </>
        )}
        {ended.length > 0 && (
          <>
            <div className={page.head}>
              <h1>Ended</h1>
            </div>
            <div className={page.list}>
              {ended.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </div>
          </>
        )}
      </div>
    </div>
  );
}
