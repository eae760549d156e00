import { Button, Popover } from "@mantine/core";
import { IconFilterPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useField, useRun } from "../../explore/run";
import { ClauseEditor } from "../../filters/ClauseEditor";
import { describe } from "../../filters/describe";
import { FieldList } from "../../filters/FieldList";
import type { Clause, Compare, Filter } from "../../filters/types";
import classes from "./editor.module.css";

/** The filter of one dashlet, beside the one that all share. */
export function OwnFilter({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { fields } = useRun();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState<string | null>(null);
  const field = useField(name);
  const at = filter.findIndex((one) => one.kind === "compare" && one.field === name);
  const replace = (place: number, clause: Clause | null) => {
    if (place < 0) onChange(clause ? [...filter, clause] : filter);
    else onChange(clause ? filter.with(place, clause) : filter.toSpliced(place, 1));
  };
  const show = (next: boolean) => {
    setOpen(next);
    setName(null);
  };
  return (
    <fieldset className={classes.group} data-testid="own-filter">
      <legend>Only samples with</legend>
      {filter.map((clause, place) => {
        const { subject, verb, object } = describe(clause);
        return (
          <div key={place} className={classes.clause}>
            <button type="button" className={classes.words} disabled={clause.kind !== "compare"} onClick={() => (show(true), setName(clause.kind === "compare" ? clause.field : null))}>
              <b>{subject}</b> {verb} {object}
            </button>
            <button type="button" className={classes.remove} aria-label="Remove this filter" onClick={() => replace(place, null)}>
              <IconX size={12} />
            </button>
          </div>
        );
      })}
      <Popover opened={open} onChange={show} trapFocus>
        <Popover.Target>
          <Button size="compact-xs" variant="subtle" leftSection={<IconFilterPlus size={12} />} onClick={() => show(!open)}>
            {filter.length === 0 ? "All samples: add a filter" : "Another filter"}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          {field ? <ClauseEditor field={field} clause={filter[at] as Compare | undefined} onChange={(next) => replace(at, next)} /> : <FieldList fields={fields} chosen={[]} onChoose={setName} />}
        </Popover.Dropdown>
      </Popover>
    </fieldset>
  );
}
