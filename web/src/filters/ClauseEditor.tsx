import { Button } from "@mantine/core";
import type { Field } from "../api/types";
import { useColumn } from "../explore/run";
import type { Column } from "./columns";
import classes from "./editors.module.css";
import { TypeIcon } from "./FieldList";
import { RangeEditor } from "./RangeEditor";
import type { Compare } from "./types";
import { ValuesEditor } from "./ValuesEditor";

/** Edits the clause on one field with what fits its type. */
export function ClauseEditor({ field, clause, onChange }: { field: Field; clause: Compare | undefined; onChange: (clause: Compare | null) => void }) {
  const { column } = useColumn(field.type === "integer" ? field : undefined);
  const listed = field.type === "string" || field.type === "boolean" || (field.type === "integer" && column !== undefined && isListed(column));
  const Editor = listed ? ValuesEditor : RangeEditor;
  return (
    <div className={classes.editor} data-testid="clause-editor">
      <div className={classes.title}>
        <TypeIcon type={field.type} />
        <b>{field.name}</b>
        <span className={classes.space} />
        {clause && (
          <>
            <Button size="compact-xs" variant="subtle" onClick={() => onChange({ ...clause, negate: !clause.negate })}>
              {clause.negate ? "Match these" : "Match all but these"}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange(null)}>
              Clear
            </Button>
          </>
        )}
      </div>
      {field.description && <div className={classes.note}>{field.description}</div>}
      <Editor field={field} clause={clause} onChange={onChange} />
    </div>
  );
}

const FEW = 30;

/** Whether whole numbers are few enough to be offered one by one. */
export function isListed(column: Column): boolean {
  if (column.type === "float") return false;
  if (column.type !== "integer") return true;
  const seen = new Set<number>();
  for (let row = 0; row < column.values.length; row++) {
    if (column.valid && !column.valid[row]) continue;
    seen.add(column.values[row]);
    if (seen.size > FEW) return false;
  }
  return true;
}
