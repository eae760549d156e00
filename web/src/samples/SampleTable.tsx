import { type CSSProperties, type MouseEvent, useId, useRef } from "react";
import { thumbnail } from "../api/client";
import type { Field } from "../api/types";
import { useRun, useView } from "../explore/run";
import { has } from "../filters/bits";
import { useSelected } from "../filters/hooks";
import { ErrorNotice } from "../shell/ErrorNotice";
import { value as show } from "../theme/format";
import { useLines } from "./lines";
import { isNumber, type Sort, shareOf } from "./sorting";
import { TableHead } from "./TableHead";
import { Thumbnail } from "./Thumbnail";
import classes from "./table.module.css";
import { useBars } from "./useBars";
import { useCells, type Values } from "./useCells";
import { usePicking } from "./usePicking";

const LINE = 30;
const HEAD = 29;
const PICTURE = 46;

interface Props {
  rows: Uint32Array;
  /** The columns, in order. */
  fields: Field[];
  sort: Sort | null;
  onSort: (sort: Sort | null) => void;
  /** Puts the columns into another order. */
  onColumns: (names: string[]) => void;
  /** Whether the rows are a selection, which opening one of them keeps. */
  many: boolean;
}

/** One row a sample, of which only those in sight exist; arrows walk, Enter opens, Space and Shift select. */
export function SampleTable({ rows, fields, sort, onSort, onColumns, many }: Props) {
  const { run } = useRun();
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const sample = useView((view) => view.sample);
  const selected = useSelected();
  const lines = useLines(box, rows.length, LINE, HEAD);
  const { valuesOf, error } = useCells(rows, lines.first, lines.end, fields.map(({ name }) => name));
  const bars = useBars(fields);
  const picking = usePicking(rows, lines, many);
  // Widths of their own, not of what they hold: every line is a grid by itself.
  const widths = fields.map(widthOf);
  const grid = { gridTemplateColumns: `${PICTURE}px ${widths.map((width) => `minmax(${width}px, 1fr)`).join(" ")}`, minWidth: PICTURE + widths.reduce((sum, width) => sum + width, 0) };
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      <div className={classes.table} ref={box} role="grid" tabIndex={0} aria-label="Samples" aria-multiselectable aria-rowcount={rows.length} aria-activedescendant={`${id}${picking.active}`} data-testid="sample-table" onKeyDown={picking.keys}>
        <TableHead fields={fields} grid={grid} sort={sort} onSort={onSort} onColumns={onColumns} />
        <div style={{ height: lines.height, minWidth: grid.minWidth, position: "relative" }}>
          {Array.from({ length: Math.max(0, lines.end - lines.first) }, (_, at) => lines.first + at).map((line) => (
            <Line
              key={rows[line]}
              id={`${id}${line}`}
              line={line}
              row={rows[line]}
              picture={thumbnail(run.id, rows[line])}
              fields={fields}
              values={valuesOf(rows[line])}
              bars={bars}
              columns={grid.gridTemplateColumns}
              top={lines.place(line)}
              here={rows[line] === sample}
              active={line === picking.active}
              selected={selected ? has(selected.bits, rows[line]) : false}
              onClick={picking.click}
            />
          ))}
        </div>
      </div>
    </>
  );
}

interface LineProps {
  id: string;
  line: number;
  row: number;
  picture: string;
  fields: Field[];
  values: Values | undefined;
  bars: Map<string, [number, number]>;
  columns: string;
  top: number;
  here: boolean;
  active: boolean;
  selected: boolean;
  onClick: (event: MouseEvent, line: number) => void;
}

function Line({ id, line, row, picture, fields, values, bars, columns, top, here, active, selected, onClick }: LineProps) {
  return (
    // The keys of all lines are those of the table, which has the focus.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="row"
      aria-rowindex={line + 1}
      aria-selected={selected}
      tabIndex={-1}
      className={classes.line}
      data-here={here || undefined}
      data-active={active || undefined}
      data-row={row}
      data-testid="table-row"
      style={{ gridTemplateColumns: columns, transform: `translateY(${top}px)` }}
      onClick={(event) => onClick(event, line)}
    >
      <div className={classes.picture}>
        <Thumbnail src={picture} size={26} />
      </div>
      {fields.map((field) => (
        <Cell key={field.name} field={field} value={values?.[field.name]} ends={bars.get(field.name)} />
      ))}
    </div>
  );
}

function Cell({ field, value, ends }: { field: Field; value: Values[string]; ends: [number, number] | undefined }) {
  const bar = ends && typeof value === "number" ? ({ "--share": shareOf(value, ends) } as CSSProperties) : undefined;
  return (
    <span role="gridcell" className={classes.cell} data-number={isNumber(field) || undefined} data-bar={bar ? true : undefined} data-field={field.name} style={bar} title={typeof value === "string" ? value : undefined}>
      {value === undefined ? "" : value === null ? <em>missing</em> : show(value)}
    </span>
  );
}

function widthOf(field: Field): number {
  return Math.min(220, Math.max(field.type === "string" ? 124 : 92, field.name.length * 7 + 34));
}
