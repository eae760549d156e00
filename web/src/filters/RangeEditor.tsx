import { NumberInput, SegmentedControl } from "@mantine/core";
import type { Field } from "../api/types";
import { useView } from "../explore/run";
import { count, number } from "../theme/format";
import classes from "./editors.module.css";
import { Histogram, type Range } from "./Histogram";
import { useSummary, without } from "./hooks";
import type { NumericSummary } from "./summary";
import type { Compare } from "./types";

/** A range of numbers, by brush or by hand; or the samples without a value. */
export function RangeEditor({ field, clause, onChange }: { field: Field; clause: Compare | undefined; onChange: (clause: Compare | null) => void }) {
  const filter = useView((view) => view.filter);
  const { summary, error } = useSummary(field.name, without(filter, field.name), false);
  const numbers = summary?.kind === "numeric" ? summary : undefined;
  const range = rangeOf(clause, numbers);
  const flags = clause?.negate ? { negate: true } : {};
  const set = (next: Range | null) => onChange(next && { kind: "compare", field: field.name, op: "between", value: next, ...flags });
  const side = (at: 0 | 1) => (value: number | string) => {
    if (!numbers || numbers.min === null || numbers.max === null || typeof value !== "number") return;
    const next: Range = range ? [...range] : [numbers.min, numbers.max];
    next[at] = value;
    set(next);
  };
  if (error) return <div className={classes.problem}>{String(error)}</div>;
  if (!numbers) return <div className={classes.loading} />;
  return (
    <div>
      <Histogram summary={numbers} range={range} onRange={set} height={64} />
      <div className={classes.ends}>
        <span>{number(numbers.min)}</span>
        <span className={classes.mean}>mean {number(numbers.mean)}</span>
        <span>{number(numbers.max)}</span>
      </div>
      <div className={classes.inputs}>
        <NumberInput aria-label="From" value={range?.[0] ?? ""} placeholder={number(numbers.min)} onChange={side(0)} />
        <span>to</span>
        <NumberInput aria-label="To" value={range?.[1] ?? ""} placeholder={number(numbers.max)} onChange={side(1)} />
      </div>
      {numbers.missing > 0 && (
        <SegmentedControl
          fullWidth
          mt={8}
          value={clause?.op === "missing" ? (clause.negate ? "present" : "missing") : "any"}
          onChange={(value) => onChange(value === "any" ? null : { kind: "compare", field: field.name, op: "missing", ...(value === "present" && { negate: true }) })}
          data={[
            { value: "any", label: "Any" },
            { value: "present", label: "Has a value" },
            { value: "missing", label: `Missing (${count(numbers.missingMatching)})` },
          ]}
        />
      )}
    </div>
  );
}

/** The range a numeric clause stands for, within what the field has. */
export function rangeOf(clause: Compare | undefined, summary: NumericSummary | undefined): Range | null {
  if (!clause || !summary || summary.min === null || summary.max === null) return null;
  const bound = clause.value as number;
  switch (clause.op) {
    case "between":
      return clause.value as Range;
    case "gt":
    case "ge":
      return [bound, summary.max];
    case "lt":
    case "le":
      return [summary.min, bound];
    default:
      return null;
  }
}
