import { Tooltip } from "@mantine/core";
import { IconFocusCentered, IconHandStop, IconLasso, IconMaximize, IconSquareDashed } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { type Mode, useUi } from "../shell/ui";
import { useMapHandle } from "./mapHandle";
import classes from "./tools.module.css";
import { useZoomToSelection } from "./useZoomToSelection";

const MODES: { mode: Mode; label: string; icon: ReactNode }[] = [
  { mode: "pan", label: "Pan and click (V)", icon: <IconHandStop size={16} stroke={1.6} /> },
  { mode: "lasso", label: "Lasso (L); Shift adds", icon: <IconLasso size={16} stroke={1.6} /> },
  { mode: "box", label: "Box (B); Shift adds", icon: <IconSquareDashed size={16} stroke={1.6} /> },
];

/** What a drag on the map does, and where the map looks. */
export function Tools() {
  const mode = useUi((ui) => ui.mode);
  const set = useUi((ui) => ui.set);
  const home = useMapHandle((handle) => handle.goHome);
  const zoom = useZoomToSelection();
  return (
    <div className={classes.tools} role="toolbar" aria-label="Map tools">
      {MODES.map((one) => (
        <Tool key={one.mode} label={one.label} on={mode === one.mode} onClick={() => set({ mode: one.mode })} testid={`mode-${one.mode}`}>
          {one.icon}
        </Tool>
      ))}
      <hr />
      <Tool label="Whole map (0)" onClick={home ?? undefined} testid="fit">
        <IconMaximize size={16} stroke={1.6} />
      </Tool>
      <Tool label="Zoom to the selection (Z)" onClick={zoom ?? undefined} testid="zoom-selection">
        <IconFocusCentered size={16} stroke={1.6} />
      </Tool>
    </div>
  );
}

function Tool({ label, on, onClick, testid, children }: { label: string; on?: boolean; onClick?: () => void; testid: string; children: ReactNode }) {
  return (
    <Tooltip label={label} position="left">
      <button type="button" className={classes.tool} aria-label={label} aria-pressed={on} disabled={!onClick} onClick={onClick} data-testid={testid}>
        {children}
      </button>
    </Tooltip>
  );
}
