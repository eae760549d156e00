/** What a job's numbers mean, in words. */
import type { Job, JobStatus } from "../api/types";
import { count, duration, number } from "../theme/format";

const LIVE = new Set<JobStatus>(["queued", "running", "cancelling"]);

export function isLive(job: Job): boolean {
  return LIVE.has(job.status);
}

/** Share of the present stage that is done, 0..1; null = not known. */
export function shareOf(job: Job): number | null {
  if (job.status === "complete") return 1;
  if (!job.total) return null;
  return Math.min(1, job.done / job.total);
}

/** One line: stage, how much, how fast, how long yet. */
export function progressLine(job: Job): string {
  if (job.status === "queued") return "waits for the job before it";
  const parts: string[] = [];
  if (job.stage) parts.push(job.stage);
  if (job.total) parts.push(`${count(job.done)} of ${count(job.total)} ${job.unit}`);
  else if (job.done) parts.push(`${count(job.done)} ${job.unit}`);
  if (job.rate && isLive(job)) parts.push(`${job.rate >= 10 ? count(job.rate) : number(job.rate, 2)} ${job.unit}/s`);
  if (job.eta !== null && job.eta >= 1 && isLive(job)) parts.push(`about ${duration(job.eta)} left`);
  return parts.join(" · ");
}

/** How long a job took, or has taken so far. */
export function tookSeconds(job: Job, now = Date.now()): number | null {
  if (!job.started) return null;
  return ((job.finished ? Date.parse(job.finished) : now) - Date.parse(job.started)) / 1000;
}

/** The jobs with one of them as it is now: in its old place, else first. */
export function mergeJob(jobs: Job[] | undefined, job: Job): Job[] {
  const known = jobs ?? [];
  const at = known.findIndex((other) => other.id === job.id);
  return at < 0 ? [job, ...known] : known.map((other, place) => (place === at ? job : other));
}
