import { ActionIcon, Button, Popover, SegmentedControl, Slider, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconLayoutGrid, IconTable } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { useRun, useView } from "../explore/run";
import { FieldList } from "../filters/FieldList";
import { useSelected } from "../filters/hooks";
import { count } from "../theme/format";
import classes from "./samples.module.css";
import type { Order } from "./useOrder";

const WORDS = { selected: "selected", matching: "match the filter", all: "in this run" };

/** How many samples, in what order, as pictures or as a table. */
export function GalleryBar({ order, size, onSize, children }: { order: Order; size: number; onSize: (size: number) => void; children?: ReactNode }) {
  const layout = useView((view) => view.layout);
  const set = useView((view) => view.set);
  return (
    <div className={classes.bar}>
      <span className={classes.total} data-testid="gallery-count">
        <b>{order.rows ? count(order.rows.length) : "…"}</b> {WORDS[order.what]}
      </span>
      <Narrow order={order} />
      <Sort />
      <span className={classes.space} />
      {layout === "grid" && <Slider size="xs" w={88} min={44} max={160} value={size} onChange={onSize} label={null} aria-label="Size of the pictures" />}
      <SegmentedControl
        value={layout}
        onChange={(value) => set({ layout: value as "grid" | "table" })}
        data={[
          { value: "grid", label: <IconLayoutGrid size={14} aria-label="Pictures" /> },
          { value: "table", label: <IconTable size={14} aria-label="Table" /> },
        ]}
        data-testid="gallery-layout"
      />
      {children}
    </div>
  );
}

/** Between the selection and what it was made from, while samples are selected. */
function Narrow({ order }: { order: Order }) {
  const selected = useSelected();
  const set = useView((view) => view.set);
  if (!selected || (order.what !== "selected" && selected.count < 2)) return null;
  const only = order.what === "selected";
  return (
    <Button size="compact-xs" variant="subtle" onClick={() => set({ narrow: !only })} data-testid="narrow-list">
      {only ? "Show the others too" : `Only the ${count(selected.count)} selected`}
    </Button>
  );
}

function Sort() {
  const { fields } = useRun();
  const sort = useView((view) => view.sort);
  const set = useView((view) => view.set);
  const [open, setOpen] = useState(false);
  return (
    <div className={classes.sort}>
      <Popover opened={open} onChange={setOpen} trapFocus>
        <Popover.Target>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setOpen(!open)} data-testid="gallery-sort">
            {sort ? `by ${sort.field}` : "in their own order"}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <FieldList
            fields={fields}
            chosen={[sort?.field ?? ""]}
            none="Their own order"
            onChoose={(name) => {
              set({ sort: name ? { field: name, descending: sort?.descending ?? true } : null });
              setOpen(false);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      {sort && (
        <Tooltip label={sort.descending ? "Largest first" : "Smallest first"}>
          <ActionIcon size={22} onClick={() => set({ sort: { ...sort, descending: !sort.descending } })} aria-label={sort.descending ? "Largest first" : "Smallest first"}>
            {sort.descending ? <IconArrowDown size={13} /> : <IconArrowUp size={13} />}
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}
