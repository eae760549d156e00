import classes from "./jobs.module.css";

/** A thin bar; without a share it only says that something goes on. */
export function ProgressBar({ share, status, label }: { share: number | null; status?: string; label: string }) {
  return (
    <div className={classes.bar} role="progressbar" aria-label={label} aria-valuenow={share === null ? undefined : Math.round(share * 100)} data-status={status} data-unknown={share === null || undefined}>
      <div style={{ width: `${(share ?? 0.3) * 100}%` }} />
    </div>
  );
}
