import { ActionIcon, Button, NumberInput, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { Aggregate, Measure } from "../../api/dashboards";
import { Picker } from "../../explore/Picker";
import { useField, useRun } from "../../explore/run";
import { FieldList } from "../../filters/FieldList";
import { COUNT } from "../charts/measures";
import { averageOf } from "../dashlets/starts";
import classes from "./editor.module.css";

const AGGREGATES: { value: Aggregate; label: string }[] = [
  { value: "count", label: "Samples" },
  { value: "average", label: "Average" },
  { value: "median", label: "Median" },
  { value: "min", label: "Least" },
  { value: "max", label: "Greatest" },
  { value: "std", label: "Standard deviation" },
  { value: "quantile", label: "Quantile" },
  { value: "sum", label: "Sum" },
  { value: "share", label: "Share" },
];

/** What is said of every group. */
export function MeasuresEditor({ measures, many, spread, onChange }: {
  measures: Measure[];
  /** Whether more than one is shown. */
  many: boolean;
  /** Whether only the field counts: all of its quartiles are shown. */
  spread: boolean;
  onChange: (measures: Measure[]) => void;
}) {
  const { fields } = useRun();
  const shown = measures.length > 0 ? measures : [COUNT];
  const [first] = shown;
  return (
    <fieldset className={classes.group} data-testid="measures">
      <legend>{spread ? "The number" : many ? "Measures" : "Measure"}</legend>
      {(many ? shown : [first]).map((measure, at) => (
        <div key={at} className={classes.line}>
          <div className={classes.grow}>
            <MeasureEditor measure={measure} spread={spread} onChange={(next) => onChange(shown.with(at, next))} />
          </div>
          {many && shown.length > 1 && (
            <ActionIcon size={22} aria-label="Remove this measure" onClick={() => onChange(shown.toSpliced(at, 1))}>
              <IconX size={13} />
            </ActionIcon>
          )}
        </div>
      ))}
      {many && shown.length < 16 && (
        <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={12} />} onClick={() => onChange([...shown, averageOf(fields)])}>
          Another measure
        </Button>
      )}
    </fieldset>
  );
}

function MeasureEditor({ measure, spread, onChange }: { measure: Measure; spread: boolean; onChange: (measure: Measure) => void }) {
  const { fields } = useRun();
  const field = useField(measure.field ?? null);
  const { aggregate } = measure;
  const numbers = fields.filter(({ type }) => type === "float" || type === "integer" || type === "boolean");
  const change = (next: Aggregate) => {
    if (next === "count") onChange(COUNT);
    else {
      const suited = next === "share" ? measure.field : numbers.some(({ name }) => name === measure.field) ? measure.field : (averageOf(fields).field ?? numbers[0]?.name ?? null);
      onChange({ ...COUNT, aggregate: next, field: suited, quantile: next === "quantile" ? 0.9 : null });
    }
  };
  const value = (text: string): Measure["value"] => {
    if (text === "") return null;
    if (field?.type === "boolean") return text === "true";
    return field?.type === "string" ? text : Number.isFinite(Number(text)) ? Number(text) : text;
  };
  return (
    <div className={classes.stack}>
      <div className={classes.two}>
        {!spread && <Select size="xs" aria-label="Aggregate" allowDeselect={false} value={aggregate} data={AGGREGATES} onChange={(next) => next && change(next as Aggregate)} data-testid="aggregate" />}
        {(aggregate !== "count" || spread) && (
          <Picker label={aggregate === "share" ? "with" : "of"} value={measure.field ?? (aggregate === "share" ? "any value" : "a field")} testid="measure-field">
            {(close) => (
              <FieldList
                fields={aggregate === "share" ? fields : numbers}
                chosen={[measure.field ?? ""]}
                none={aggregate === "share" ? "Any value: the group's share of all" : undefined}
                onChoose={(name) => {
                  onChange({ ...measure, aggregate: spread && aggregate === "count" ? "average" : aggregate, field: name || null, value: null });
                  close();
                }}
              />
            )}
          </Picker>
        )}
      </div>
      {aggregate === "quantile" && !spread && (
        <NumberInput label="Quantile, 0 to 1" min={0} max={1} step={0.05} hideControls={false} value={measure.quantile ?? 0.9} onChange={(quantile) => typeof quantile === "number" && onChange({ ...measure, quantile: Math.min(1, Math.max(0, quantile)) })} />
      )}
      {aggregate === "share" && measure.field && <TextInput label={`Whose ${measure.field} is`} value={measure.value === null || measure.value === undefined ? "" : String(measure.value)} onChange={(event) => onChange({ ...measure, value: value(event.currentTarget.value) })} />}
    </div>
  );
}
