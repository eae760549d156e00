import { ActionIcon, NumberInput, Select, Switch, TextInput, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { Dashlet, DashletKind, Settings } from "../../api/dashboards";
import { useRun } from "../../explore/run";
import type { Filter } from "../../filters/types";
import { useDesk } from "../desk";
import { changeDashlet } from "../document/change";
import { useDashboardStore } from "../document/context";
import { KINDS, specOf } from "../registry";
import { NO_SETTINGS, type Setting } from "../spec";
import classes from "./editor.module.css";
import { FieldsPicker } from "./FieldsPicker";
import { MeasuresEditor } from "./MeasuresEditor";
import { OwnFilter } from "./OwnFilter";
import { SplitEditor } from "./SplitEditor";

const SPLITS: { setting: "x" | "y" | "color" | "columns" | "rows"; label: string }[] = [
  { setting: "x", label: "Along the axis" },
  { setting: "y", label: "Down the side" },
  { setting: "color", label: "Colour" },
  { setting: "columns", label: "Panels side by side" },
  { setting: "rows", label: "Panels below each other" },
];

/** The settings of a dashlet; every change shows at once. */
export function Editor({ dashlet }: { dashlet: Dashlet }) {
  const { fields } = useRun();
  const store = useDashboardStore();
  const set = useDesk((desk) => desk.set);
  const spec = specOf(dashlet.kind);
  const settings = { ...NO_SETTINGS, ...dashlet.settings };
  const change = (part: Partial<Omit<Dashlet, "id">>) => store.getState().change((document) => changeDashlet(document, dashlet.id, part));
  const setSettings = (part: Partial<Settings>) => change({ settings: { ...settings, ...part } });
  const uses = (setting: Setting) => spec?.uses.includes(setting) === true;
  const turnInto = (kind: DashletKind) => {
    const next = specOf(kind);
    // What the new kind needs and the old one had not is filled as for a new dashlet.
    const filled = Object.entries(next?.initial(fields) ?? {}).filter(([setting]) => isEmpty(settings[setting as Setting]));
    change({ kind, settings: { ...settings, ...Object.fromEntries(filled) } });
  };
  return (
    <div className={classes.editor} data-testid="dashlet-editor">
      <header className={classes.head}>
        <h2>Dashlet</h2>
        <Tooltip label="Close (Esc)">
          <ActionIcon aria-label="Close the editor" onClick={() => set({ edited: null })}>
            <IconX size={15} />
          </ActionIcon>
        </Tooltip>
      </header>
      <div className={classes.body}>
        <TextInput
          label="Title"
          placeholder={spec?.name(settings)}
          value={dashlet.title}
          maxLength={200}
          onChange={(event) => change({ title: event.currentTarget.value })}
          data-testid="dashlet-title"
        />
        <Select
          label="Kind"
          size="xs"
          allowDeselect={false}
          value={dashlet.kind}
          data={KINDS.map(({ kind, title }) => ({ value: kind, label: title }))}
          onChange={(kind) => kind && turnInto(kind as DashletKind)}
          description={spec?.description}
          inputWrapperOrder={["label", "input", "description"]}
          data-testid="dashlet-kind"
        />
        {uses("measures") && <MeasuresEditor measures={settings.measures} onChange={(measures) => setSettings({ measures })} many={dashlet.kind === "table"} spread={dashlet.kind === "box"} />}
        {SPLITS.filter(({ setting }) => uses(setting)).map(({ setting, label }) => (
          <SplitEditor key={setting} label={dashlet.kind === "table" || dashlet.kind === "donut" ? PARTS[setting] ?? label : label} name={setting} split={settings[setting] ?? null} onChange={(split) => setSettings({ [setting]: split })} />
        ))}
        {uses("stacked") && <Switch label="Stack the colours" checked={settings.stacked} onChange={(event) => setSettings({ stacked: event.currentTarget.checked })} />}
        {uses("fields") && <FieldsPicker kind={dashlet.kind} fields={settings.fields} onChange={(fields) => setSettings({ fields })} />}
        {uses("limit") && (
          <NumberInput label="At most so many samples" hideControls={false} min={1} max={20_000} value={settings.limit ?? ""} placeholder="chosen for you" onChange={(value) => setSettings({ limit: typeof value === "number" ? value : null })} />
        )}
        {spec?.Editor && <spec.Editor dashlet={{ ...dashlet, settings }} change={setSettings} />}
        <OwnFilter filter={dashlet.filter as Filter} onChange={(filter) => change({ filter: filter as Dashlet["filter"] })} />
      </div>
    </div>
  );
}

const PARTS: Partial<Record<Setting, string>> = { x: "Split by", y: "Then by", color: "Then by" };

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
