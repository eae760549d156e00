import { useEffect, useState } from "react";
import { thumbnail } from "../api/client";
import { valueAt } from "../filters/columns";
import { value as show } from "../theme/format";
import { Thumbnail } from "../samples/Thumbnail";
import { placeOf } from "./hoverPlace";
import type { Hovered } from "./MapCanvas";
import classes from "./hover.module.css";
import { useColumn, useField, useRun } from "./run";
import { useChosen } from "./useEncoding";

const DWELL = 60;

/** The sample under the pointer: its fields at once, its picture after a breath. */
export function HoverCard({ row, x, y }: Hovered) {
  const { run } = useRun();
  const { hover } = useChosen();
  const rested = useRested(row);
  const [card, setCard] = useState<HTMLElement | null>(null);
  const place = placeOf(x, y, card?.offsetParent?.clientWidth ?? window.innerWidth, card?.offsetParent?.clientHeight ?? window.innerHeight);
  return (
    <div ref={setCard} className={classes.card} style={{ transform: place }} data-testid="hover-card" data-row={row}>
      <Thumbnail src={rested ? thumbnail(run.id, row) : null} size={72} />
      <div className={classes.fields}>
        <Identity row={row} />
        {hover.map((name) => (
          <Line key={name} name={name} row={row} />
        ))}
      </div>
    </div>
  );
}

/** True once the pointer has stayed on a row for a breath; the request of a picture is not worth less. */
function useRested(row: number): boolean {
  const [rested, setRested] = useState<number | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(row), DWELL);
    return () => window.clearTimeout(timer);
  }, [row]);
  return rested === row;
}

function Identity({ row }: { row: number }) {
  const { column: subset } = useColumn(useField("subset"));
  const { column: id } = useColumn(useField("sample_id"));
  const name = id ? valueAt(id, row) : null;
  return (
    <div className={classes.identity}>
      {subset ? `${valueAt(subset, row)}/` : ""}
      {name === null ? `#${row}` : String(name)}
    </div>
  );
}

function Line({ name, row }: { name: string; row: number }) {
  const { column } = useColumn(useField(name));
  return (
    <div className={classes.line}>
      <span>{name}</span>
      <b>{column ? show(valueAt(column, row)) : "…"}</b>
    </div>
  );
}
