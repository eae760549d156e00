import { useView } from "../../explore/run";
import { EmptyState } from "../../shell/EmptyState";
import classes from "./samples.module.css";

/** No sample matches: why, and the way back. */
export function NoSamples() {
  const set = useView((view) => view.set);
  return (
    <EmptyState
      compact
      title="No sample matches"
      action={
        <button type="button" className={classes.link} onClick={() => set({ filter: [] })}>
          Clear the filter
        </button>
      }
    >
      Switch a chip of the filter off, or look at the dashlet's own filter in its editor.
    </EmptyState>
  );
}
