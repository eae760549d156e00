import { Button, Popover, Tooltip } from "@mantine/core";
import { IconFilter, IconPalette, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Tells } from "../api/dashboards";
import { useField, useView } from "../explore/run";
import { useFieldHover } from "../fields/fieldHover";
import { ClauseEditor } from "../filters/ClauseEditor";
import type { Compare } from "../filters/types";
import { SmallBars } from "./SmallBars";
import classes from "./tells.module.css";
import { CERTAIN, chanceOf, shapeOf, shareOf } from "./words";

interface Props {
  tell: Tells;
  metric: string;
  permutations: number;
  /** The most that any field tells. */
  most: number;
  /** Makes it a dashlet; null where no dashboard is open. */
  onAdd: ((tell: Tells) => void) | null;
}

/** One field: how much it tells, how sure that is, which way, and what to do with it. */
export function TellLine({ tell, metric, permutations, most, onAdd }: Props) {
  const set = useView((view) => view.set);
  const hover = useFieldHover(tell.field);
  const certain = tell.p_value < CERTAIN;
  return (
    <li className={classes.tell} data-certain={certain || undefined} data-testid="tell" data-field={tell.field}>
      <div className={classes.title}>
        <b {...hover}>{tell.field}</b>
        <Tooltip label="Probability that shuffled values give as much to the best of all fields: it holds for all of them together.">
          <span>{chanceOf(tell.p_value, permutations)}</span>
        </Tooltip>
      </div>
      <Tooltip label={`Explains ${shareOf(tell.information)} of what there is to know about ${metric} (its entropy, in bins), less what chance gives.`}>
        <div className={classes.information}>
          <i style={{ width: `${(100 * tell.information) / (most || 1)}%` }} />
          <span>{shareOf(tell.information)}</span>
        </div>
      </Tooltip>
      <SmallBars tell={tell} metric={metric} />
      <p>{certain ? shapeOf(tell, metric) : "no more than chance may give"}</p>
      <div className={classes.actions}>
        {onAdd ? (
          <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={12} />} onClick={() => onAdd(tell)} data-testid="tell-add">
            Dashlet
          </Button>
        ) : (
          <Button size="compact-xs" variant="subtle" leftSection={<IconPalette size={12} />} onClick={() => set({ color: tell.field })} data-testid="tell-color">
            Colour by it
          </Button>
        )}
        <FilterBy name={tell.field} />
      </div>
    </li>
  );
}

function FilterBy({ name }: { name: string }) {
  const field = useField(name);
  const clause = useView((view) => view.filter.find((one): one is Compare => one.kind === "compare" && one.field === name));
  const setFieldClause = useView((view) => view.setFieldClause);
  const [open, setOpen] = useState(false);
  if (!field) return null;
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="left-start">
      <Popover.Target>
        <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconFilter size={12} />} onClick={() => setOpen(!open)} data-testid="tell-filter">
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ClauseEditor field={field} clause={clause} onChange={(next) => setFieldClause(name, next)} />
      </Popover.Dropdown>
    </Popover>
  );
}
