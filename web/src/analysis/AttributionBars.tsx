import { number } from "../theme/format";
import figure from "../visuals/visuals.module.css";
import classes from "./analysis.module.css";

/** Values of a table, each with what it does to the target: to the right it raises it, to the left it lowers it. */
export function AttributionBars({ name, labels, values, heats, most }: { name: string; labels: string[]; values: (number | null)[]; heats: number[]; most: number }) {
  return (
    <figure className={figure.card} data-testid="visual" data-kind="horizontal_bar">
      <figcaption>{name}</figcaption>
      <div className={classes.weights}>
        {labels.map((label, at) => (
          <WeightBar key={`${label} ${at}`} label={label} value={number(values[at], 3)} weight={heats[at]} most={most} />
        ))}
      </div>
    </figure>
  );
}

/** A signed bar from the middle, with its name and its value; a button where it can be chosen. */
export function WeightBar({ label, value, weight, most, pressed, onChoose }: { label: string; value?: string; weight: number; most: number; pressed?: boolean; onChoose?: () => void }) {
  const share = most > 0 ? weight / most : 0;
  const parts = (
    <>
      <span>{label}</span>
      {value !== undefined && <em>{value}</em>}
      <div>
        <i data-lowers={share < 0 || undefined} style={{ left: `${50 + Math.min(0, share) * 50}%`, width: `${Math.abs(share) * 50}%` }} />
      </div>
      <b>{number(weight, 2)}</b>
    </>
  );
  const shared = { className: classes.weight, title: `${label}: ${number(weight)}`, "data-testid": "weight" };
  return onChoose ? (
    <button type="button" aria-pressed={pressed} onClick={onChoose} {...shared}>
      {parts}
    </button>
  ) : (
    <div {...shared}>{parts}</div>
  );
}
