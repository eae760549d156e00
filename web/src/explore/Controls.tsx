import { FieldList } from "../filters/FieldList";
import classes from "./controls.module.css";
import { ColorPicker, FieldPicker } from "./FieldPicker";
import { MapChooser } from "./MapChooser";
import { Picker } from "./Picker";
import { useRun, useView } from "./run";
import { useChosen } from "./useEncoding";

const MOST_HOVER_FIELDS = 8;

/** What colour, size and the hover card show, and which map. */
export function Controls() {
  const { fields } = useRun();
  const set = useView((view) => view.set);
  const { color, size, hover } = useChosen();
  const sizable = fields.filter((field) => field.type !== "string");
  const toggleHover = (name: string) => {
    const next = hover.includes(name) ? hover.filter((other) => other !== name) : [...hover, name].slice(-MOST_HOVER_FIELDS);
    set({ hover: next });
  };
  return (
    <div className={classes.strip} data-testid="map-controls">
      <ColorPicker color={color} fields={fields} onChoose={(name) => set({ color: name })} />
      <FieldPicker label="Size" field={size} fields={sizable} none="All equal" empty="equal" testid="pick-size" onChoose={(name) => set({ size: name })} />
      <Picker label="Hover" value={hover.length === 1 ? hover[0] : `${hover.length} fields`} testid="pick-hover">
        {() => <FieldList fields={fields} chosen={hover} onChoose={toggleHover} />}
      </Picker>
      <MapChooser />
    </div>
  );
}
