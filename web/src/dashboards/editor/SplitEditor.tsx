import { ActionIcon, NumberInput, SegmentedControl, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { Split } from "../../api/dashboards";
import { Picker } from "../../explore/Picker";
import { useField, useRun, useView } from "../../explore/run";
import { FieldList } from "../../filters/FieldList";
import { NO_SPLIT } from "../charts/versions";
import { splitFor } from "../dashlets/starts";
import classes from "./editor.module.css";

const ORDERS = [
  { value: "count down", label: "Commonest first" },
  { value: "count up", label: "Rarest first" },
  { value: "value up", label: "By value, rising" },
  { value: "value down", label: "By value, falling" },
  { value: "measure down", label: "Largest measure first" },
  { value: "measure up", label: "Smallest measure first" },
];

/** By which field samples are divided, and how. */
export function SplitEditor({ label, name, split, onChange }: { label: string; name: string; split: Split | null; onChange: (split: Split | null) => void }) {
  const { fields } = useRun();
  const versions = useView((view) => view.versions);
  const field = useField(split?.field ?? null);
  const numeric = field?.type === "float" || field?.type === "integer";
  const part = (next: Partial<Split>) => split && onChange({ ...split, ...next });
  const choose = (chosen: string, close: () => void) => {
    const next = fields.find((one) => one.name === chosen);
    onChange(next ? splitFor(next) : null);
    close();
  };
  return (
    <fieldset className={classes.group} data-testid={`split-${name}`}>
      <legend>{label}</legend>
      <div className={classes.line}>
        <div className={classes.grow}>
          <Picker label="" value={split ? (split.kind === "version" ? "version" : split.field) : "nothing"} testid={`pick-${name}`}>
            {(close) => <FieldList fields={fields} chosen={[split?.field ?? ""]} none="Nothing" onChoose={(chosen) => choose(chosen, close)} />}
          </Picker>
        </div>
        {split && name !== "x" && (
          <ActionIcon size={22} aria-label={`Remove: ${label}`} onClick={() => onChange(null)}>
            <IconX size={13} />
          </ActionIcon>
        )}
      </div>
      {!split && name === "color" && versions.length > 0 && <p className={classes.hint}>Shows the versions that you compare, until you choose a field.</p>}
      {split && split.kind !== "version" && !field && <p className={classes.hint}>This run has no field “{split.field}”.</p>}
      {numeric && split && (
        <SegmentedControl
          fullWidth
          value={split.kind}
          onChange={(kind) => onChange({ ...NO_SPLIT, field: split.field, kind: kind as Split["kind"], ...(kind === "bins" && { order: "value", descending: false }) })}
          data={[
            { value: "bins", label: "Bins" },
            { value: "distinct", label: "Single values" },
          ]}
        />
      )}
      {split?.kind === "bins" && (
        <div className={classes.two}>
          <NumberInput label="About so many" hideControls={false} min={1} max={500} value={split.bins} disabled={typeof split.interval === "number"} onChange={(bins) => typeof bins === "number" && bins >= 1 && part({ bins: Math.min(500, Math.round(bins)) })} />
          <NumberInput label="Or of a width of" placeholder="automatic" min={0} value={split.interval ?? ""} onChange={(width) => part({ interval: typeof width === "number" && width > 0 ? width : null })} />
        </div>
      )}
      {split?.kind === "distinct" && (
        <div className={classes.two}>
          <NumberInput label="At most" hideControls={false} min={1} max={1_000} value={split.limit} onChange={(limit) => typeof limit === "number" && limit >= 1 && part({ limit: Math.min(1_000, Math.round(limit)) })} />
          <Select
            label="Order"
            size="xs"
            allowDeselect={false}
            value={`${split.order} ${split.descending ? "down" : "up"}`}
            data={ORDERS}
            onChange={(chosen) => {
              const [order, way] = (chosen ?? "count down").split(" ");
              part({ order: order as Split["order"], descending: way === "down" });
            }}
          />
        </div>
      )}
    </fieldset>
  );
}
