import { Button } from "@mantine/core";
import { IconArrowBackUp, IconLayoutDashboard } from "@tabler/icons-react";
import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Grip } from "../explore/Grip";
import { useView } from "../explore/run";
import { SidePanel } from "../explore/SidePanel";
import { useSelected } from "../filters/hooks";
import { EmptyState } from "../shell/EmptyState";
import { useUi } from "../shell/ui";
import classes from "./dashboards.module.css";
import { useDesk } from "./desk";
import { useDashboardStore, useOpenDashboard } from "./document/context";
import { Editor } from "./editor/Editor";
import { DashletFrame } from "./frame/DashletFrame";
import { Grid } from "./Grid";
import { dashboardQuery } from "./queries";
import { Toolbar } from "./Toolbar";
import { useBoardKeys } from "./useBoardKeys";

/** An open dashboard, with the settings of a dashlet or what is chosen beside it. */
export function Board() {
  const dashlets = useOpenDashboard(({ document }) => document.dashlets);
  const enlarged = useView((view) => view.dashlet);
  const large = dashlets.find(({ id }) => id === enlarged);
  useBoardKeys();
  return (
    <div className={classes.page} data-testid="dashboards-page">
      <div style={{ gridColumn: "1 / -1" }}>
        <Toolbar />
        <Conflict />
      </div>
      <div className={classes.scroll}>
        {large ? (
          <div className={classes.enlarged}>
            <DashletFrame key={large.id} dashlet={large} />
          </div>
        ) : dashlets.length === 0 ? (
          <EmptyState icon={<IconLayoutDashboard size={22} stroke={1.5} />} title="This dashboard is empty">
            Add a dashlet with the button above, or press N.
          </EmptyState>
        ) : (
          <Grid />
        )}
        <Removed />
      </div>
      <Side />
    </div>
  );
}

/** Beside the dashboard: the editor of a dashlet, else the sample or samples that are chosen. */
function Side() {
  const edited = useDesk((desk) => desk.edited);
  const dashlet = useOpenDashboard(({ document }) => document.dashlets.find(({ id }) => id === edited));
  const sample = useView((view) => view.sample);
  const selected = useSelected();
  const tells = useDesk((desk) => desk.tells);
  const ui = useUi();
  if (!dashlet && sample === null && !selected && !tells) return null;
  return (
    <aside className={classes.side} style={{ width: ui.panelWidth }} data-testid="side-panel">
      <Grip side="left" size={ui.panelWidth} onSize={(size) => ui.set({ panelWidth: Math.min(720, Math.max(280, size)) })} />
      {dashlet ? <Editor key={dashlet.id} dashlet={dashlet} /> : <SidePanel />}
    </aside>
  );
}

/** How long a removed dashlet can be brought back with one click, in milliseconds; undo goes on after that. */
const OFFERED = 8_000;

function Removed() {
  const store = useDashboardStore();
  const { removed, set } = useDesk();
  useEffect(() => {
    if (removed === null) return;
    const timer = window.setTimeout(() => set({ removed: null }), OFFERED);
    return () => window.clearTimeout(timer);
  }, [removed, set]);
  if (removed === null) return null;
  return (
    <div className={classes.undo} role="status">
      <span>Removed “{removed}”</span>
      <Button
        size="compact-sm"
        leftSection={<IconArrowBackUp size={14} />}
        onClick={() => {
          store.getState().undo();
          set({ removed: null });
        }}
        data-testid="undo-remove"
      >
        Undo
      </Button>
    </div>
  );
}

/** Two people changed the dashboard: one of them has to give way. */
function Conflict() {
  const conflict = useOpenDashboard(({ saved }) => saved.state === "conflict");
  const store = useDashboardStore();
  const client = useQueryClient();
  if (!conflict) return null;
  const settle = async (keep: "mine" | "theirs") => {
    const theirs = await client.fetchQuery({ ...dashboardQuery(store.getState().id), staleTime: 0 });
    store.getState().settle(theirs, keep);
  };
  return (
    <div className={classes.conflict} role="alert" data-testid="dashboard-conflict">
      <span>Someone else changed this dashboard since you opened it. Your changes are not saved.</span>
      <Button size="compact-xs" onClick={() => void settle("theirs")}>
        Load theirs, drop mine
      </Button>
      <Button size="compact-xs" onClick={() => void settle("mine")}>
        Keep mine, overwrite theirs
      </Button>
    </div>
  );
}
