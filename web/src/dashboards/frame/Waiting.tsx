import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import charts from "../charts/charts.module.css";
import { ErrorNotice } from "../../shell/ErrorNotice";
import classes from "./frame.module.css";

/** What a dashlet shows until its answers are there: room of the right size, or what went wrong. */
export function Waiting({ error, pending, stale, retry, children }: {
  error: unknown;
  /** There is nothing to show yet. */
  pending: boolean;
  /** What is shown will be replaced. */
  stale: boolean;
  retry: () => void;
  children: ReactNode;
}) {
  if (error)
    return (
      <div className={classes.problem}>
        <ErrorNotice error={error} retry={retry} />
      </div>
    );
  if (pending) return <Skeleton className={classes.skeleton} />;
  return (
    <>
      {stale && <div className={charts.late} aria-hidden />}
      {children}
    </>
  );
}
