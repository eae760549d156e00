import type { Field } from "../api/types";
import { FieldList } from "../filters/FieldList";
import { Picker } from "./Picker";

/** Chooses one field for one thing that dots show; `none` names the choice of no field. */
export function FieldPicker({ label, field, fields, none, empty, testid, onChoose }: {
  label: string;
  /** The chosen one; null or "" = none. */
  field: string | null;
  fields: Field[];
  none: string;
  /** What is shown where none is chosen. */
  empty: string;
  testid: string;
  onChoose: (name: string) => void;
}) {
  return (
    <Picker label={label} value={field ?? empty} testid={testid}>
      {(close) => (
        <FieldList
          fields={fields}
          chosen={[field ?? ""]}
          none={none}
          onChoose={(name) => {
            onChoose(name);
            close();
          }}
        />
      )}
    </Picker>
  );
}

/** The field of the dots' colour, for the map in Explore and in dashboards. */
export function ColorPicker({ color, fields, onChoose }: { color: string | null; fields: Field[]; onChoose: (name: string) => void }) {
  return <FieldPicker label="Colour" field={color} fields={fields} none="No colour" empty="none" testid="pick-color" onChoose={onChoose} />;
}
