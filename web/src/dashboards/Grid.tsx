import { memo, useMemo } from "react";
import ReactGridLayout, { type Layout, useContainerWidth, verticalCompactor } from "react-grid-layout";
import "react-grid-layout/css/styles.css";
import type { Dashlet } from "../api/dashboards";
import classes from "./dashboards.module.css";
import { useDesk } from "./desk";
import { COLUMNS, layDashlets } from "./document/change";
import { useDashboardStore, useOpenDashboard } from "./document/context";
import { DashletFrame } from "./frame/DashletFrame";

/** Height of a row and the room between dashlets, in CSS pixels. */
export const ROW = 30;
const MARGIN = 8;
const LEAST = { minW: 3, minH: 2 };
const GRID = { cols: COLUMNS, rowHeight: ROW, margin: [MARGIN, MARGIN], containerPadding: [MARGIN, MARGIN] } as const;
const HANDLES = ["se", "s", "e"] as const;

/** The dashlets of the open dashboard. In edit mode they can be moved by their title and resized at their rim. */
export function Grid() {
  const { width, containerRef, mounted } = useContainerWidth();
  const store = useDashboardStore();
  const dashlets = useOpenDashboard(({ document }) => document.dashlets);
  const editing = useDesk((desk) => desk.editing);
  const layout = useMemo(() => dashlets.map(({ id, place }) => ({ i: id, ...place, ...LEAST })), [dashlets]);
  const lay = (next: Layout) => {
    if (!editing) return;
    const places = new Map(next.map(({ i, x, y, w, h }) => [i, { x, y, w, h }]));
    store.getState().change((document) => layDashlets(document, places));
  };
  return (
    <div ref={containerRef} className={classes.grid} data-editing={editing || undefined} data-testid="dashboard-grid">
      {mounted && (
        <ReactGridLayout
          width={width}
          layout={layout}
          gridConfig={GRID}
          dragConfig={{ enabled: editing, handle: "[data-handle]", cancel: "button", threshold: 3, bounded: false }}
          resizeConfig={{ enabled: editing, handles: HANDLES }}
          compactor={verticalCompactor}
          onLayoutChange={lay}
        >
          {dashlets.map((dashlet) => (
            <div key={dashlet.id} className={classes.item}>
              <Item dashlet={dashlet} />
            </div>
          ))}
        </ReactGridLayout>
      )}
    </div>
  );
}

/** Moving one dashlet draws no other anew. */
const Item = memo(({ dashlet }: { dashlet: Dashlet }) => <DashletFrame dashlet={dashlet} />);
Item.displayName = "Item";
