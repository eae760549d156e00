import { ActionIcon, Button, Loader, SegmentedControl, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp } from "@tabler/icons-react";
import { SaveCollection } from "../collections/SaveCollection";
import { useRun, useView } from "../explore/run";
import { isTyping, useKeys } from "../shell/keys";
import { count } from "../theme/format";
import { AddFilter } from "./AddFilter";
import { FilterChip } from "./FilterChip";
import classes from "./filterBar.module.css";
import { useMatching } from "./hooks";
import { useFilterHistory } from "./useFilterHistory";

/** The filter that all views of a run share. */
export function FilterBar() {
  const { run } = useRun();
  const filter = useView((view) => view.filter);
  const hide = useView((view) => view.hide);
  const set = useView((view) => view.set);
  const { set: matching, error, fetching } = useMatching();
  const history = useFilterHistory();
  // Where text is typed, the keys undo the typing.
  useKeys({
    "ctrl+z": (event) => (isTyping(event.target) ? false : event.shiftKey ? history.redo() : history.undo()),
    "ctrl+y": (event) => (isTyping(event.target) ? false : history.redo()),
  });
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
      {(history.canUndo || history.canRedo) && (
        <>
          <Tooltip label="Undo the last filter (Ctrl-Z)">
            <ActionIcon size={24} aria-label="Undo the last filter" disabled={!history.canUndo} onClick={history.undo} data-testid="filter-undo">
              <IconArrowBackUp size={15} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Redo (Ctrl-Y)">
            <ActionIcon size={24} aria-label="Redo the filter" disabled={!history.canRedo} onClick={history.redo}>
              <IconArrowForwardUp size={15} />
            </ActionIcon>
          </Tooltip>
        </>
      )}
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
          <SaveCollection samples={matching?.count} />
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => set({ filter: [] })} data-testid="clear-filter">
            Clear
          </Button>
        </>
      )}
    </div>
  );
}
