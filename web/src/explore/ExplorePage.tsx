import { ActionIcon } from "@mantine/core";
import { IconChartDots3, IconX } from "@tabler/icons-react";
import { Samples } from "../samples/Samples";
import { DropFile } from "../similars/DropFile";
import { SimilarsPanel } from "../similars/SimilarsPanel";
import { EmptyState } from "../shell/EmptyState";
import { useUi } from "../shell/ui";
import { Controls } from "./Controls";
import classes from "./explore.module.css";
import { Grip } from "./Grip";
import { Legend } from "./Legend";
import { MapCanvas } from "./MapCanvas";
import { NewMap, useSwitchWhenReady } from "./NewMap";
import { useRun, useView } from "./run";
import { SidePanel } from "./SidePanel";
import { StatusBar } from "./StatusBar";
import { Tools } from "./Tools";
import { useRunKeys } from "./useRunKeys";

/** Least height of the drawer with similars, in CSS pixels: two lines of pictures, and what they share. */
const LEAST_SIMILARS = 300;

const nothing = () => undefined;

/** The map of a run, and what is chosen on it. */
export function ExplorePage() {
  const { map } = useRun();
  const ui = useUi();
  const drawer = useView((view) => view.drawer);
  const similars = useView((view) => view.similars !== null);
  const set = useView((view) => view.set);
  useRunKeys();
  useSwitchWhenReady();
  return (
    <div className={classes.explore} data-testid="explore-page">
      <div className={classes.stage} data-stage>
        {map ? (
          <>
            <MapCanvas map={map} />
            <div className={classes.corner} data-over-map>
              <Controls />
              <Legend />
            </div>
            <div className={classes.right} data-over-map>
              <Tools />
            </div>
          </>
        ) : (
          <EmptyState icon={<IconChartDots3 size={22} stroke={1.5} />} title="This run has no map yet" action={<NewMap onReady={nothing} />}>
            A map is made after each evaluation, and lays similar samples side by side. If one is being made now, it appears here by itself; or make one:
          </EmptyState>
        )}
      </div>
      {ui.panel && (
        <aside className={classes.side} style={{ width: ui.panelWidth }} data-testid="side-panel">
          <Grip side="left" size={ui.panelWidth} onSize={(size) => ui.set({ panelWidth: Math.min(720, Math.max(280, size)) })} />
          <SidePanel />
        </aside>
      )}
      {(drawer || similars) && (
        <div className={classes.drawer} style={{ height: similars ? Math.max(LEAST_SIMILARS, ui.drawerHeight) : ui.drawerHeight }} data-testid="drawer">
          <Grip side="top" size={ui.drawerHeight} onSize={(size) => ui.set({ drawerHeight: Math.min(window.innerHeight - 240, Math.max(120, size)) })} />
          {similars ? (
            <SimilarsPanel />
          ) : (
            <Samples>
              <ActionIcon size={24} aria-label="Close the drawer" onClick={() => set({ drawer: false })}>
                <IconX size={14} />
              </ActionIcon>
            </Samples>
          )}
        </div>
      )}
      <StatusBar />
      <DropFile />
    </div>
  );
}
