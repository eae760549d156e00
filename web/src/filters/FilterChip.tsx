import { Popover, Tooltip } from "@mantine/core";
import { IconChevronDown, IconLasso, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useField, useView } from "../explore/run";
import { ClauseEditor } from "./ClauseEditor";
import { describe } from "./describe";
import classes from "./filterBar.module.css";
import type { Clause } from "./types";

/** One clause: a click switches it off and on, alt-click negates, the cross removes, the arrow edits. */
export function FilterChip({ clause, index }: { clause: Clause; index: number }) {
  const replace = useView((view) => view.replaceClause);
  const remove = useView((view) => view.removeClause);
  const field = useField(clause.kind === "compare" ? clause.field : null);
  const [editing, setEditing] = useState(false);
  const { subject, verb, object } = describe(clause);
  const off = clause.enabled === false;
  const unknown = clause.kind === "compare" && !field;
  return (
    <Popover opened={editing} onChange={setEditing} trapFocus>
      <Popover.Target>
        <div className={classes.chip} data-off={off || undefined} data-negated={clause.negate || undefined} data-unknown={unknown || undefined} data-testid="filter-chip">
          <Tooltip label={unknown ? `This run has no field '${subject}'.` : `Click: switch ${off ? "on" : "off"}. Alt-click: negate.`}>
            <button
              type="button"
              className={classes.words}
              aria-pressed={!off}
              onClick={(event) => replace(index, event.altKey ? { ...clause, negate: !clause.negate } : { ...clause, enabled: off })}
            >
              {clause.kind === "lasso" && <IconLasso size={13} />}
              {subject && <span className={classes.subject}>{subject}</span>}
              {verb && <span className={classes.verb}>{verb}</span>}
              {object && <span className={classes.object}>{object}</span>}
            </button>
          </Tooltip>
          {field && (
            <button type="button" className={classes.part} aria-label="Edit this filter" onClick={() => setEditing(!editing)} data-testid="chip-edit">
              <IconChevronDown size={12} />
            </button>
          )}
          <button type="button" className={classes.part} aria-label="Remove this filter" onClick={() => remove(index)} data-testid="chip-remove">
            <IconX size={12} />
          </button>
        </div>
      </Popover.Target>
      <Popover.Dropdown>
        {field && clause.kind === "compare" && (
          <ClauseEditor
            field={field}
            clause={clause}
            onChange={(next) => {
              if (next) replace(index, next);
              else {
                setEditing(false);
                remove(index);
              }
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
