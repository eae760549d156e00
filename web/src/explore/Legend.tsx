import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { Histogram } from "../filters/Histogram";
import { passes, toggleValue } from "../filters/describe";
import { useSummary, without } from "../filters/hooks";
import { rangeOf } from "../filters/RangeEditor";
import type { CategoricalSummary, NumericSummary } from "../filters/summary";
import type { Compare } from "../filters/types";
import { SimilarsOfValue } from "../similars/FetchSimilars";
import { count, number, shortCount, value as show } from "../theme/format";
import { gradient } from "../theme/ramps";
import type { Categories, Ramp, Value } from "./coloring";
import classes from "./legend.module.css";
import { useView } from "./run";
import { useColoring } from "./useEncoding";

/** What the colours mean; a click filters. */
export function Legend() {
  const { field, coloring, error } = useColoring();
  const filter = useView((view) => view.filter);
  const setFieldClause = useView((view) => view.setFieldClause);
  const [folded, setFolded] = useState(false);
  const name = field?.name ?? null;
  const { summary } = useSummary(name, name === null ? [] : without(filter, name), coloring?.kind === "categorical");
  const clause = filter.find((one): one is Compare => one.kind === "compare" && one.field === name);
  if (!field) return null;
  return (
    <section className={classes.legend} data-testid="legend">
      <button type="button" className={classes.title} onClick={() => setFolded(!folded)} aria-expanded={!folded} title={field.description || undefined}>
        <span>{field.name}</span>
        <IconChevronDown size={13} data-folded={folded || undefined} />
      </button>
      {!folded && error !== null && <div className={classes.note}>{error instanceof Error ? error.message : String(error)}</div>}
      {!folded && coloring?.kind === "categorical" && (
        <Values coloring={coloring} summary={summary?.kind === "categorical" ? summary : undefined} clause={clause} onChange={(next) => setFieldClause(field.name, next)} field={field.name} />
      )}
      {!folded && coloring?.kind === "continuous" && (
        <Scale coloring={coloring} summary={summary?.kind === "numeric" ? summary : undefined} clause={clause} onChange={(next) => setFieldClause(field.name, next)} field={field.name} />
      )}
    </section>
  );
}

const SEARCHABLE = 12;

function Values({ coloring, summary, clause, field, onChange }: { coloring: Categories; summary: CategoricalSummary | undefined; clause: Compare | undefined; field: string; onChange: (clause: Compare | null) => void }) {
  const [search, setSearch] = useState("");
  const counts = new Map(summary?.values.map(({ value, matching }) => [value, matching]));
  const needle = search.toLowerCase();
  const shown = coloring.values
    .map((value, at) => ({ value, color: coloring.palette[Math.min(at, coloring.palette.length - 1)], other: at >= coloring.own }))
    .filter(({ value }) => !needle || String(value).toLowerCase().includes(needle))
    .slice(0, 300);
  return (
    <>
      {coloring.values.length > SEARCHABLE && (
        <input className={classes.search} placeholder={`Find among ${count(coloring.values.length)} values`} aria-label="Find a value" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
      )}
      <ul className={classes.values}>
        {shown.map(({ value, color, other }, at) => (
          <li key={String(value)} className={classes.line}>
            {other && !shown[at - 1]?.other && <div className={classes.others}>others, all in one colour</div>}
            <button
              type="button"
              className={classes.value}
              aria-pressed={passes(clause, value)}
              data-off={!passes(clause, value) || undefined}
              data-value={String(value)}
              title={`${show(value)}: ${counts.has(value) ? count(counts.get(value) ?? 0) : "…"} samples under the other filters. Click: only this; click again: back. Alt-click: leave out.${other ? " Beyond the eleven most frequent, values share one colour." : ""}`}
              onClick={(event) => onChange(toggleValue(clause, field, value as Value, event.altKey))}
            >
              <i style={{ background: color }} />
              <span>{show(value)}</span>
              <em>{counts.has(value) ? shortCount(counts.get(value) ?? 0) : ""}</em>
            </button>
            <SimilarsOfValue field={field} value={value as Value} />
          </li>
        ))}
      </ul>
      {summary && summary.missing > 0 && <div className={classes.note}>{count(summary.missing)} without a value</div>}
    </>
  );
}

function Scale({ coloring, summary, clause, field, onChange }: { coloring: Ramp; summary: NumericSummary | undefined; clause: Compare | undefined; field: string; onChange: (clause: Compare | null) => void }) {
  const [low, high] = coloring.domain;
  return (
    <div className={classes.scale}>
      {summary ? (
        <Histogram
          summary={summary}
          range={rangeOf(clause, summary)}
          ramp={coloring.ramp}
          domain={coloring.domain}
          height={36}
          onRange={(range) => onChange(range && { kind: "compare", field, op: "between", value: range, ...(clause?.negate && { negate: true }) })}
        />
      ) : (
        <div className={classes.blank} />
      )}
      <div className={classes.gradient} style={{ background: gradient(coloring.ramp) }} />
      <div className={classes.ends}>
        <span>
          {coloring.clipped[0] && "≤ "}
          {number(low, 3)}
        </span>
        {coloring.diverging && <span>0</span>}
        <span>
          {coloring.clipped[1] && "≥ "}
          {number(high, 3)}
        </span>
      </div>
      {summary && summary.missing > 0 && <div className={classes.note}>{count(summary.missing)} without a value</div>}
    </div>
  );
}
