import { Button, Checkbox, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import type { Field } from "../api/types";
import { useView } from "../explore/run";
import { count, value as show } from "../theme/format";
import { toggleValue } from "./describe";
import classes from "./editors.module.css";
import { useSummary, without } from "./hooks";
import type { Compare, Scalar } from "./types";

/** Values with their counts under the other filters; a search that can become a `contains`. */
export function ValuesEditor({ field, clause, onChange }: { field: Field; clause: Compare | undefined; onChange: (clause: Compare | null) => void }) {
  const filter = useView((view) => view.filter);
  const { summary, error } = useSummary(field.name, without(filter, field.name), true);
  const [search, setSearch] = useState(clause?.op === "contains" ? String(clause.value) : "");
  const box = useRef<HTMLDivElement>(null);
  const values = useMemo(() => {
    if (summary?.kind !== "categorical") return [];
    const needle = search.toLowerCase();
    return summary.values.filter(({ value }) => String(value).toLowerCase().includes(needle));
  }, [summary, search]);
  const rows = useVirtualizer({ count: values.length, getScrollElement: () => box.current, estimateSize: () => 26, overscan: 6 });
  const negate = clause?.negate === true;
  const chosen = new Set(clause?.op === "in" ? (clause.value as Scalar[]) : []);
  if (error) return <div className={classes.problem}>{String(error)}</div>;
  if (!summary) return <div className={classes.loading} />;
  if (summary.kind !== "categorical") return null;
  return (
    <div>
      {(summary.values.length > 8 || field.type === "string") && (
        <TextInput placeholder="Find a value" aria-label="Find a value" leftSection={<IconSearch size={13} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
      )}
      {search && field.type === "string" && (
        <Button size="compact-xs" variant="light" fullWidth mt={6} justify="start" onClick={() => onChange({ kind: "compare", field: field.name, op: "contains", value: search, ...(negate && { negate }) })}>
          Every value that contains “{search}”
        </Button>
      )}
      <div className={classes.values} ref={box}>
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((item) => {
            const { value, all, matching } = values[item.index];
            return (
              <label key={String(value)} className={classes.value} style={{ transform: `translateY(${item.start}px)` }} data-value={String(value)}>
                <Checkbox checked={chosen.has(value)} onChange={() => onChange(toggleValue(clause, field.name, value, negate))} />
                <span className={classes.text}>{show(value)}</span>
                <span className={classes.count} title={`${count(matching)} under the other filters, ${count(all)} in all`}>
                  {count(matching)}
                </span>
              </label>
            );
          })}
        </div>
      </div>
      {values.length === 0 && <div className={classes.problem}>No value contains that.</div>}
      {summary.other.values > 0 && <div className={classes.note}>and {count(summary.other.values)} rarer values: type to reach them.</div>}
      {summary.missing > 0 && (
        <label className={classes.missing}>
          <Checkbox checked={clause?.op === "missing"} onChange={() => onChange(clause?.op === "missing" ? null : { kind: "compare", field: field.name, op: "missing" })} />
          <span className={classes.text}>missing</span>
          <span className={classes.count}>{count(summary.missingMatching)}</span>
        </label>
      )}
    </div>
  );
}
