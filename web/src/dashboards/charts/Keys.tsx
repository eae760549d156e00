import type { Compare } from "../../filters/types";
import classes from "./charts.module.css";
import { type How, howOf } from "./choosing";
import type { Key } from "./picture";

/** What the colours mean. A click chooses, Shift adds, Alt leaves out. */
export function Keys({ keys, onChoose }: { keys: Key[]; onChoose: (clauses: Compare[], how: How) => void }) {
  return (
    <div className={classes.keys} data-testid="dashlet-keys">
      {keys.map(({ name, color, clauses, faded }) => (
        <button key={name} type="button" className={classes.key} data-faded={faded || undefined} disabled={clauses.length === 0} title={name} onClick={(event) => onChoose(clauses, howOf(event))}>
          <i style={{ background: color }} />
          <span>{name}</span>
        </button>
      ))}
    </div>
  );
}
