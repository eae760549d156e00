import page from "./page.module.css";

const WORDS: Record<string, string> = { complete: "done", interrupted: "stopped midway", cancelling: "stopping" };

/** State of a run or job: a colour and its word. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <span className={page.badge} data-status={status}>
      {WORDS[status] ?? status}
    </span>
  );
}
