import type { Tells } from "../api/dashboards";
import { count, number } from "../theme/format";
import classes from "./tells.module.css";

const WIDTH = 240;
const HEIGHT = 34;

/** The average metric of every part of a field; a bar's width says nothing, its title how many samples it rests on. */
export function SmallBars({ tell, metric }: { tell: Tells; metric: string }) {
  const { labels, average, count: counts } = tell;
  const known = average.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const span = Math.max(0, ...known) - low || 1;
  const step = WIDTH / Math.max(1, labels.length);
  const y = (value: number) => HEIGHT - ((value - low) / span) * HEIGHT;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className={classes.bars} role="img" aria-label={`Average ${metric} over ${tell.field}`}>
      {average.map((value, at) => (
        <g key={labels[at]}>
          <title>{`${labels[at]}: average ${metric} ${number(value)} over ${count(counts[at])} samples`}</title>
          <rect x={at * step} width={step} y={0} height={HEIGHT} className={classes.room} />
          {value !== null && <rect x={at * step + 0.5} width={Math.max(0.5, step - 1)} y={Math.min(y(value), y(0))} height={Math.max(1, Math.abs(y(value) - y(0)))} className={classes.bar} />}
        </g>
      ))}
    </svg>
  );
}
