import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import type { Cluster } from "../api/types";
import { passes, toggleValue } from "../filters/describe";
import type { Compare } from "../filters/types";
import { FailuresDialog } from "../projects/FailuresDialog";
import { SimilarsOfValue } from "../similars/FetchSimilars";
import { TellsButton } from "../tells/TellsButton";
import { count, number, shortCount } from "../theme/format";
import { colorOf } from "./coloring";
import classes from "./overview.module.css";
import { useField, useRun, useView } from "./run";
import { useColoring } from "./useEncoding";

/** What to know of a run before choosing a sample: its figures, its clusters, what failed. */
export function Overview() {
  const { run, map } = useRun();
  const [failing, setFailing] = useState(false);
  const clusters = (map?.clusters ?? []).filter((cluster) => cluster.parent === null);
  return (
    <div className={classes.overview} data-testid="overview">
      <p className={classes.hint}>
        Click a sample to see its pictures, what the model said about it, and every field. Press <b>L</b> to draw a lasso around many.
      </p>
      {run.failures > 0 && (
        <button type="button" className={classes.failures} onClick={() => setFailing(true)} data-testid="run-failures">
          <IconAlertTriangle size={14} /> {run.failures === 1 ? "1 sample failed and is" : `${count(run.failures)} samples failed and are`} not on the map
        </button>
      )}
      <Figures />
      <div className={classes.ask}>
        <TellsButton />
      </div>
      {clusters.length > 0 && <Clusters clusters={clusters} />}
      {run.notes.map((note) => (
        <p key={note} className={classes.hint}>
          {note}
        </p>
      ))}
      {failing && <FailuresDialog run={run} onClose={() => setFailing(false)} />}
    </div>
  );
}

/** Means of every loss and metric by subset. */
function Figures() {
  const { run, fields } = useRun();
  const subsets = Object.keys(run.subsets);
  const metrics = Object.entries(run.metrics);
  if (metrics.length === 0) return null;
  return (
    <section>
      <h3>Means</h3>
      <table className={classes.figures}>
        <thead>
          <tr>
            <th>score</th>
            {subsets.map((subset) => (
              <th key={subset}>{subset}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {metrics.map(([name, means]) => (
            <tr key={name} title={fields.find((field) => field.name === name)?.description || undefined}>
              <td>{name}</td>
              {subsets.map((subset) => (
                <td key={subset}>{number(means[subset])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type Order = "loss" | "size";

/** The clusters, worst or largest first; a click filters to one. */
function Clusters({ clusters }: { clusters: Cluster[] }) {
  const hasLoss = clusters.some((cluster) => cluster.mean_loss !== null);
  const [chosen, setOrder] = useState<Order>("loss");
  const order = hasLoss ? chosen : "size";
  const field = useField("cluster");
  const { field: colorField, coloring } = useColoring();
  const clause = useView((view) => view.filter.find((one): one is Compare => one.kind === "compare" && one.field === "cluster"));
  const setFieldClause = useView((view) => view.setFieldClause);
  const sorted = [...clusters].sort((a, b) => (order === "loss" ? (b.mean_loss ?? -Infinity) - (a.mean_loss ?? -Infinity) : b.size - a.size));
  const most = Math.max(1e-12, ...clusters.map((cluster) => (order === "loss" ? (cluster.mean_loss ?? 0) : cluster.size)));
  return (
    <section data-testid="clusters">
      <h3 title={field?.description}>
        Clusters <span>{clusters.length}</span>
        {hasLoss && (
          <button type="button" onClick={() => setOrder(order === "loss" ? "size" : "loss")}>
            {order === "loss" ? "highest loss first" : "largest first"}
          </button>
        )}
      </h3>
      {sorted.map((cluster) => {
        const on = passes(clause, cluster.name);
        const color = colorField?.name === "cluster" && coloring ? colorOf(coloring, cluster.name) : null;
        const size = order === "loss" ? (cluster.mean_loss ?? 0) : cluster.size;
        return (
          <div key={cluster.id} className={classes.line}>
            <button
              type="button"
              className={classes.cluster}
              data-off={!on || undefined}
              data-cluster={cluster.name}
              data-testid="cluster"
              title={`${cluster.name}: ${count(cluster.size)} samples. Click: only this. Alt-click: leave out.\n${cluster.traits.map(traitWords).join("\n")}`}
              onClick={(event) => setFieldClause("cluster", toggleValue(clause, "cluster", cluster.name, event.altKey))}
            >
              {color && <i style={{ background: color }} />}
              <span>{cluster.name}</span>
              <em>{shortCount(cluster.size)}</em>
              <b>{number(cluster.mean_loss, 3)}</b>
              <u style={{ width: `${(Math.max(0, size) / most) * 100}%` }} />
            </button>
            <SimilarsOfValue field="cluster" value={cluster.name} />
          </div>
        );
      })}
    </section>
  );
}

function traitWords({ field, value, inside, outside }: Cluster["traits"][number]): string {
  const words = Array.isArray(value) ? `${number(value[0])} to ${number(value[1])}` : String(value);
  return `${field}: ${words} (${Math.round(inside * 100)} %, elsewhere ${Math.round(outside * 100)} %)`;
}
