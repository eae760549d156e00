import { Button, CopyButton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { jobLog } from "../api/client";
import type { Job } from "../api/types";
import { ErrorNotice } from "../shell/ErrorNotice";
import classes from "./jobs.module.css";
import { isLive } from "./progress";

const PAUSE = 1000;

/** The tail of a job's log; follows while the job runs. */
export function JobLog({ job }: { job: Job }) {
  const { lines, error } = useLog(job);
  const box = useRef<HTMLPreElement>(null);
  const [follow, setFollow] = useState(true);
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, follow]);
  return (
    <div className={classes.log} data-testid="job-log">
      {job.error && (
        <div className={classes.fault}>
          <b>{job.error.message}</b>
          {job.error.fix && <div>{job.error.fix}</div>}
          {job.error.where && <div className={classes.where}>{job.error.where}</div>}
        </div>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <pre
        ref={box}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          setFollow(scrollHeight - scrollTop - clientHeight < 24);
        }}
      >
        {lines.length > 0 ? lines.join("\n") : isLive(job) ? "No lines yet." : "This job wrote no log."}
      </pre>
      {lines.length > 0 && (
        <CopyButton value={lines.join("\n")}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={copy}>
              {copied ? "Copied" : "Copy log"}
            </Button>
          )}
        </CopyButton>
      )}
    </div>
  );
}

function useLog(job: Job): { lines: string[]; error: unknown } {
  const [lines, setLines] = useState<string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const live = isLive(job);
  const next = useRef(0);
  useEffect(() => {
    let stopped = false;
    let timer = 0;
    const ask = async () => {
      try {
        const answer = await jobLog(job.id, next.current);
        if (stopped) return;
        setError(null);
        if (answer.lines.length > 0) {
          next.current = answer.next;
          setLines((known) => [...known, ...answer.lines].slice(-5000));
        }
      } catch (problem) {
        if (!stopped) setError(problem);
      }
      if (!stopped && live) timer = window.setTimeout(() => void ask(), PAUSE);
    };
    void ask();
    return () => {
      stopped = true;
      window.clearTimeout(timer);
    };
  }, [job.id, live]);
  return { lines, error };
}
