import { Skeleton, Tooltip } from "@mantine/core";
import { IconChartDots3, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { projectsQuery, runsQuery } from "../api/queries";
import type { RunSummary } from "../api/types";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { ago, count, number, shortCount } from "../theme/format";
import page from "../theme/page.module.css";
import { StatusBadge } from "../theme/StatusBadge";
import { FailuresDialog } from "./FailuresDialog";
import classes from "./projects.module.css";

/** The runs of a project, newest first. */
export function RunsPage() {
  const { project: id } = useParams({ from: "/projects/$project" });
  const runs = useQuery(runsQuery(id));
  const projects = useQuery(projectsQuery());
  const [failing, setFailing] = useState<RunSummary | null>(null);
  return (
    <div className={page.page} data-testid="runs-page">
      <div className={page.body}>
        <div className={page.head}>
          <h1>{projects.data?.find((project) => project.id === id)?.name ?? "Runs"}</h1>
          {runs.data && runs.data.length > 0 && (
            <span className={page.note}>
              {count(runs.data.length)} {runs.data.length === 1 ? "run" : "runs"}
            </span>
          )}
        </div>
        {runs.isError && <ErrorNotice error={runs.error} retry={() => void runs.refetch()} />}
        {runs.isPending && <Skeleton height={140} />}
        {runs.data?.length === 0 && (
          <EmptyState icon={<IconChartDots3 size={22} stroke={1.5} />} title="This project has no runs yet">
            A run is one evaluation of a model over its samples. Start one with <code>percepta evaluate script.py</code>.
          </EmptyState>
        )}
        {runs.data && runs.data.length > 0 && (
          <div className={page.list}>
            <div className={`${page.row} ${classes.run} ${classes.head}`}>
              <span>Run</span>
              <span>State</span>
              <span>Mean on validation, else training</span>
              <span className={page.num}>Samples</span>
              <span>Created</span>
              <span />
            </div>
            {runs.data.map((run) => (
              <RunRow key={run.id} run={run} onFailures={() => setFailing(run)} />
            ))}
          </div>
        )}
        {failing && <FailuresDialog run={failing} onClose={() => setFailing(null)} />}
      </div>
    </div>
  );
}

function RunRow({ run, onFailures }: { run: RunSummary; onFailures: () => void }) {
  const { version } = run;
  const model = [version.name ?? `version ${version.number}`, version.model_format, version.parameters && `${shortCount(version.parameters)} parameters`];
  return (
    <Link to="/runs/$run" params={{ run: run.id }} className={`${page.row} ${classes.run}`} data-testid="run-row">
      <div style={{ minWidth: 0 }}>
        <div className={page.name}>{run.name}</div>
        <div className={page.sub}>{model.filter(Boolean).join(" · ")}</div>
      </div>
      <StatusBadge status={run.status} />
      <div className={classes.metrics}>
        {Object.entries(run.metrics)
          .slice(0, 4)
          .map(([field, means]) => (
            <div key={field}>
              <span>{field}</span> <b>{number(means.validation ?? means.test ?? means.training ?? Object.values(means)[0])}</b>
            </div>
          ))}
      </div>
      <div className={page.num}>
        <Tooltip label={Object.entries(run.subsets).map(([subset, size]) => `${subset} ${count(size)}`).join(", ")}>
          <span>{count(run.samples)}</span>
        </Tooltip>
        {run.failures > 0 && (
          <div>
            <button
              type="button"
              className={classes.failures}
              data-testid="run-failures"
              onClick={(event) => {
                event.preventDefault();
                onFailures();
              }}
            >
              {count(run.failures)} failed
            </button>
          </div>
        )}
      </div>
      <span className={page.sub}>{ago(run.created)}</span>
      <IconChevronRight size={15} className={classes.chevron} />
    </Link>
  );
}
