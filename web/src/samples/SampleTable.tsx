import { columnVisibilityFeature, type ColumnDef, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import { thumbnail } from "../api/client";
import type { Field } from "../api/types";
import { useColumn, useRun, useView } from "../explore/run";
import { valueAt } from "../filters/columns";
import { value as show } from "../theme/format";
import classes from "./samples.module.css";
import { Thumbnail } from "./Thumbnail";

const ROW = 30;
const features = tableFeatures({ columnVisibilityFeature });

interface Line {
  row: number;
}

/** The rows with their fields; a click on a heading sorts. */
export function SampleTable({ rows, fields, many }: { rows: Uint32Array; fields: Field[]; many: boolean }) {
  const { run } = useRun();
  const box = useRef<HTMLDivElement>(null);
  const sample = useView((view) => view.sample);
  const sort = useView((view) => view.sort);
  const set = useView((view) => view.set);
  const open = useView((view) => view.open);
  const choose = (row: number) => (many ? set({ sample: row }) : open(row));
  const columns = useMemo<ColumnDef<typeof features, Line>[]>(
    () => fields.map((field) => ({ id: field.name, header: field.name, cell: ({ row }) => cellOf(field, row.original.row) })),
    [fields],
  );
  const lines = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8 });
  const shown = lines.getVirtualItems();
  const data = useMemo(() => shown.map((line) => ({ row: rows[line.index] })), [shown, rows]);
  const table = useTable({ features, columns, data });
  // Widths of their own, not of what they hold: every line is a grid by itself.
  const widths = fields.map((field) => Math.min(220, Math.max(field.type === "string" ? 124 : 92, field.name.length * 7 + 34)));
  const template = `44px ${widths.map((width) => `minmax(${width}px, 1fr)`).join(" ")}`;
  const least = 44 + widths.reduce((sum, width) => sum + width, 0);
  const turn = (field: string) => {
    if (sort?.field !== field) set({ sort: { field, descending: true } });
    else if (sort.descending) set({ sort: { field, descending: false } });
    else set({ sort: null });
  };
  return (
    <div className={classes.table} ref={box} role="table" aria-rowcount={rows.length} data-testid="sample-table">
      <div className={classes.tableHead} style={{ gridTemplateColumns: template, minWidth: least }} role="row">
        <span />
        {table.getHeaderGroups()[0].headers.map((header, at) => {
          const field = fields[at];
          const on = sort?.field === field.name;
          return (
            <button type="button" key={header.id} role="columnheader" aria-sort={on ? (sort.descending ? "descending" : "ascending") : "none"} data-number={field.type !== "string" || undefined} title={field.description || undefined} onClick={() => turn(field.name)}>
              <table.FlexRender header={header} />
              {on && (sort.descending ? <IconArrowDown size={11} /> : <IconArrowUp size={11} />)}
            </button>
          );
        })}
      </div>
      <div style={{ height: lines.getTotalSize(), minWidth: least, position: "relative" }}>
        {table.getRowModel().rows.map((line, at) => {
          const { row } = line.original;
          return (
            <div
              key={shown[at].key}
              role="row"
              tabIndex={0}
              className={classes.tableRow}
              data-here={row === sample || undefined}
              data-row={row}
              data-testid="table-row"
              style={{ gridTemplateColumns: template, minWidth: least, transform: `translateY(${shown[at].start}px)` }}
              onClick={() => choose(row)}
              onKeyDown={(event) => event.key === "Enter" && choose(row)}
            >
              <Thumbnail src={thumbnail(run.id, row)} size={26} />
              {line.getAllCells().map((cell, place) => (
                <span key={cell.id} role="cell" data-number={fields[place].type !== "string" || undefined}>
                  <table.FlexRender cell={cell} />
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Cell({ field, row }: { field: Field; row: number }) {
  const { column } = useColumn(field);
  const value = column ? valueAt(column, row) : undefined;
  if (value === undefined) return <>…</>;
  return value === null ? <em className={classes.missing}>missing</em> : <>{show(value)}</>;
}

function cellOf(field: Field, row: number) {
  return <Cell field={field} row={row} />;
}
