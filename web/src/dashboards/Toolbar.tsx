import { ActionIcon, Button, Popover, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconPencil, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { explain } from "../api/errors";
import { useRun } from "../explore/run";
import { useKeys } from "../shell/keys";
import classes from "./dashboards.module.css";
import { Chooser } from "./Chooser";
import { CompareWith } from "./CompareWith";
import { useDesk } from "./desk";
import { TellsButton } from "../tells/TellsButton";
import { useOpenTells } from "../tells/useTells";
import { addDashlet } from "./document/change";
import { useDashboardStore, useOpenDashboard } from "./document/context";
import { KINDS } from "./registry";
import { NO_SETTINGS } from "./spec";

/** Which dashboard, what it is compared with, and how it is edited. */
export function Toolbar() {
  const store = useDashboardStore();
  const { editing, set } = useDesk();
  useKeys({ w: useOpenTells() });
  const undone = useOpenDashboard(({ past }) => past.length === 0);
  const redone = useOpenDashboard(({ future }) => future.length === 0);
  return (
    <div className={classes.bar} data-testid="dashboard-bar">
      <Chooser />
      <SaveState />
      <div className={classes.space} />
      <TellsButton />
      <CompareWith />
      {editing && (
        <>
          <Tooltip label="Undo (Ctrl-Z)">
            <ActionIcon aria-label="Undo" disabled={undone} onClick={() => store.getState().undo()} data-testid="dashboard-undo">
              <IconArrowBackUp size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Redo (Ctrl-Y)">
            <ActionIcon aria-label="Redo" disabled={redone} onClick={() => store.getState().redo()}>
              <IconArrowForwardUp size={16} />
            </ActionIcon>
          </Tooltip>
        </>
      )}
      <AddDashlet />
      <Tooltip label="Move, resize and change dashlets (E)">
        <Button
          size="compact-sm"
          variant={editing ? "filled" : "subtle"}
          color={editing ? undefined : "gray"}
          leftSection={<IconPencil size={14} />}
          onClick={() => set({ editing: !editing, edited: null })}
          data-testid="edit-dashboard"
        >
          {editing ? "Done" : "Edit"}
        </Button>
      </Tooltip>
    </div>
  );
}

/** A menu of the kinds of dashlets, with what each is good for. */
function AddDashlet() {
  const { fields } = useRun();
  const store = useDashboardStore();
  const set = useDesk((desk) => desk.set);
  const [open, setOpen] = useState(false);
  useKeys({ n: () => setOpen(true) });
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconPlus size={14} />} onClick={() => setOpen(!open)} data-testid="add-dashlet">
          Dashlet
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.kinds}>
          {KINDS.map((spec) => (
            <button
              key={spec.kind}
              type="button"
              className={classes.kind}
              data-testid={`add-${spec.kind}`}
              onClick={() => {
                setOpen(false);
                store.getState().change((document) => addDashlet(document, { kind: spec.kind, settings: { ...NO_SETTINGS, ...spec.initial(fields) } }, spec.size));
                const made = store.getState().document.dashlets.at(-1)?.id ?? null;
                set({ editing: true, edited: made, focused: made });
              }}
            >
              <spec.icon size={22} stroke={1.5} />
              <b>{spec.title}</b>
              <small>{spec.description}</small>
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

const STATES = { saved: "", unsaved: "", saving: "Saving…", conflict: "", failed: "" } as const;

/** Says when something is not kept yet; silence means that all is. */
function SaveState() {
  const saved = useOpenDashboard((dashboard) => dashboard.saved);
  const flush = useOpenDashboard((dashboard) => dashboard.flush);
  if (saved.state === "failed")
    return (
      <Tooltip label={explain(saved.error).title}>
        <Button size="compact-xs" color="red" variant="light" onClick={() => void flush()}>
          Not saved: try again
        </Button>
      </Tooltip>
    );
  return (
    <span className={classes.state} aria-live="polite" data-testid="save-state" data-state={saved.state}>
      {STATES[saved.state]}
    </span>
  );
}
