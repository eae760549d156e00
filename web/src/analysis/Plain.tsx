import type { SampleVisual } from "../api/types";
import { VisualCard } from "../visuals/VisualCard";
import classes from "./analysis.module.css";

/** The visuals as they are, in the place where they will carry a map. */
export function Plain({ visuals }: { visuals: SampleVisual[] }) {
  return (
    <div className={classes.figure}>
      {visuals.map((visual) => (
        <VisualCard key={visual.name} visual={visual} />
      ))}
    </div>
  );
}
