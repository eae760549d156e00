import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { type CSSProperties, type DragEvent, type KeyboardEvent, useState } from "react";
import type { Field } from "../api/types";
import { useFieldHover } from "../fields/fieldHover";
import { isNumber, placed, type Sort, turned } from "./sorting";
import classes from "./table.module.css";

interface Props {
  fields: Field[];
  grid: CSSProperties;
  sort: Sort | null;
  onSort: (sort: Sort | null) => void;
  onColumns: (names: string[]) => void;
}

/** The names of the columns: a click sorts, dragging (or Alt with an arrow) puts one elsewhere. */
export function TableHead({ fields, grid, sort, onSort, onColumns }: Props) {
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const names = fields.map(({ name }) => name);
  const put = (name: string, before: string) => {
    if (name !== before) onColumns(placed(names, name, names.indexOf(before)));
  };
  return (
    <div className={classes.head} style={grid} role="row">
      <span className={classes.picture} />
      {fields.map((field, at) => (
        <HeadCell
          key={field.name}
          field={field}
          sort={sort?.field === field.name ? sort : null}
          over={over === field.name && dragged !== field.name}
          onTurn={() => onSort(turned(sort, field.name))}
          onMove={(by) => onColumns(placed(names, field.name, at + by))}
          drag={{
            onDragStart: (event) => {
              event.dataTransfer.effectAllowed = "move";
              setDragged(field.name);
            },
            onDragOver: (event) => {
              if (dragged === null) return;
              event.preventDefault();
              setOver(field.name);
            },
            onDrop: () => dragged !== null && put(dragged, field.name),
            onDragEnd: () => {
              setDragged(null);
              setOver(null);
            },
          }}
        />
      ))}
    </div>
  );
}

interface HeadCellProps {
  field: Field;
  sort: Sort | null;
  over: boolean;
  onTurn: () => void;
  onMove: (by: number) => void;
  drag: Record<"onDragStart" | "onDragOver" | "onDrop" | "onDragEnd", (event: DragEvent) => void>;
}

function HeadCell({ field, sort, over, onTurn, onMove, drag }: HeadCellProps) {
  const hover = useFieldHover(field.name, "below");
  const keys = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(event.key === "ArrowRight" ? 1 : -1);
  };
  return (
    <button
      type="button"
      role="columnheader"
      aria-sort={sort ? (sort.descending ? "descending" : "ascending") : "none"}
      data-number={isNumber(field) || undefined}
      data-over={over || undefined}
      data-field={field.name}
      draggable
      onClick={onTurn}
      onKeyDown={keys}
      {...hover}
      {...drag}
    >
      <span>{field.name}</span>
      {sort && (sort.descending ? <IconArrowDown size={11} /> : <IconArrowUp size={11} />)}
    </button>
  );
}
