import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { DashletKind } from "../../api/dashboards";
import { Picker } from "../../explore/Picker";
import { useRun } from "../../explore/run";
import { FieldList } from "../../filters/FieldList";
import classes from "./editor.module.css";

/** What the first fields of a scatter plot mean. */
const SCATTER = [
  { label: "Along the axis", numeric: true },
  { label: "Up the side", numeric: true },
  { label: "Colour", numeric: false },
];

/** The fields of single samples that a dashlet shows. */
export function FieldsPicker({ kind, fields: chosen, onChange }: { kind: DashletKind; fields: string[]; onChange: (fields: string[]) => void }) {
  const { fields } = useRun();
  const numbers = fields.filter(({ type }) => type === "float" || type === "integer");
  if (kind !== "scatter")
    return (
      <fieldset className={classes.group}>
        <legend>Fields</legend>
        <Picker label="" value={chosen.length === 0 ? "chosen for you" : chosen.length === 1 ? chosen[0] : `${chosen.length} fields`} testid="pick-fields">
          {() => <FieldList fields={fields} chosen={chosen} onChoose={(name) => onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name])} />}
        </Picker>
      </fieldset>
    );
  return SCATTER.map(({ label, numeric }, at) => (
    <fieldset key={label} className={classes.group}>
      <legend>{label}</legend>
      <div className={classes.line}>
        <div className={classes.grow}>
          <Picker label="" value={chosen[at] ?? "nothing"} testid={`pick-field-${at}`}>
            {(close) => (
              <FieldList
                fields={numeric ? numbers : fields}
                chosen={[chosen[at] ?? ""]}
                onChoose={(name) => {
                  onChange(Array.from({ length: Math.max(chosen.length, at + 1) }, (_, place) => (place === at ? name : (chosen[place] ?? name))));
                  close();
                }}
              />
            )}
          </Picker>
        </div>
        {!numeric && chosen[at] && (
          <ActionIcon size={22} aria-label="No colour" onClick={() => onChange(chosen.slice(0, at))}>
            <IconX size={13} />
          </ActionIcon>
        )}
      </div>
    </fieldset>
  ));
}
