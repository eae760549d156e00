import { Button, Loader, SegmentedControl, Tooltip } from "@mantine/core";
import { useRun, useView } from "../explore/run";
import { count } from "../theme/format";
import { AddFilter } from "./AddFilter";
import { FilterChip } from "./FilterChip";
import classes from "./filterBar.module.css";
import { useMatching } from "./hooks";

/** The filter that all views of a run share. */
export function FilterBar() {
  const { run } = useRun();
  const filter = useView((view) => view.filter);
  const hide = useView((view) => view.hide);
  const set = useView((view) => view.set);
  const { set: matching, error, fetching } = useMatching();
  return (
    <div className={classes.bar} data-testid="filter-bar">
      <AddFilter />
      <div className={classes.chips}>
        {filter.map((clause, index) => (
          // Clauses have no name of their own; their place is their identity.
          <FilterChip key={index} clause={clause} index={index} />
        ))}
        {filter.length === 0 && <span className={classes.hint}>All samples. Press F to filter by any field.</span>}
      </div>
      {error !== null && <span className={classes.problem}>{error instanceof Error ? error.message : String(error)}</span>}
      {fetching && <Loader size={12} className={classes.late} />}
      {filter.length > 0 && (
        <>
          <Tooltip label="Samples that every enabled filter matches">
            <span className={classes.count} data-testid="matching-count">
              <b>{matching === undefined ? "…" : count(matching?.count ?? run.samples)}</b> of {count(run.samples)}
            </span>
          </Tooltip>
          <Tooltip label="What the map does with samples that do not match (H)">
            <SegmentedControl
              size="xs"
              value={hide ? "hide" : "grey"}
              onChange={(value) => set({ hide: value === "hide" })}
              data={[
                { value: "grey", label: "Grey" },
                { value: "hide", label: "Hide" },
              ]}
              data-testid="mask-mode"
            />
          </Tooltip>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => set({ filter: [] })} data-testid="clear-filter">
            Clear
          </Button>
        </>
      )}
    </div>
  );
}
