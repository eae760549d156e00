import { number } from "../theme/format";
import type { VisualProps } from "./VisualCard";
import classes from "./visuals.module.css";

const MOST = 60;

/** Values by label, with a mark for what is true. */
export function BarsVisual({ document }: VisualProps) {
  const values = document.values as (number | null)[];
  const labels = document.labels as string[];
  const truth = document.truth as (number | null)[] | null;
  const known = [...values, ...(truth ?? [])].map((value) => value ?? 0);
  const low = Math.min(0, ...known);
  const high = Math.max(1e-12, ...known);
  const place = (value: number) => ((value - low) / (high - low)) * 100;
  return (
    <div className={classes.bars}>
      {values.slice(0, MOST).map((value, at) => {
        const left = place(Math.min(0, value ?? 0));
        const width = place(Math.max(0, value ?? 0)) - left;
        const mark = truth?.[at];
        return (
          <div key={at} className={classes.barRow} data-testid="bar" title={`${labels[at]}: ${number(value)}${mark !== null && mark !== undefined ? `, true ${number(mark)}` : ""}`}>
            <span>{labels[at]}</span>
            <div>
              <i style={{ left: `${left}%`, width: `${width}%` }} />
              {mark !== null && mark !== undefined && mark !== 0 && <u style={{ left: `${place(mark)}%` }} />}
            </div>
            <b>{number(value, 3)}</b>
          </div>
        );
      })}
      {values.length > MOST && <p className={classes.note}>and {values.length - MOST} more</p>}
      {truth && <p className={classes.note}>the line marks what is true</p>}
    </div>
  );
}
