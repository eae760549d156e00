import { Grip } from "../explore/Grip";
import { SidePanel } from "../explore/SidePanel";
import { useRunKeys } from "../explore/useRunKeys";
import { useUi } from "../shell/ui";
import { useView } from "../explore/run";
import { DropFile } from "../similars/DropFile";
import { SimilarsPanel } from "../similars/SimilarsPanel";
import { Samples } from "./Samples";
import classes from "./samples.module.css";

/** The samples of a run without the map. */
export function SamplesPage() {
  useRunKeys();
  const similars = useView((view) => view.similars !== null);
  const panel = useUi((ui) => ui.panel);
  const width = useUi((ui) => ui.panelWidth);
  const set = useUi((ui) => ui.set);
  return (
    <div className={classes.page} data-testid="samples-page">
      {similars ? <SimilarsPanel /> : <Samples initialSize={96} />}
      {panel && (
        <aside className={classes.side} style={{ width }}>
          <Grip side="left" size={width} onSize={(size) => set({ panelWidth: Math.min(720, Math.max(280, size)) })} />
          <SidePanel />
        </aside>
      )}
      <DropFile />
    </div>
  );
}
