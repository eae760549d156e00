import { FieldList } from "../filters/FieldList";
import classes from "./controls.module.css";
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
      <Picker label="Colour" value={color ?? "none"} testid="pick-color">
        {(close) => (
          <FieldList
            fields={fields}
            chosen={[color ?? ""]}
            none="No colour"
            onChoose={(name) => {
              set({ color: name });
              close();
            }}
          />
        )}
      </Picker>
      <Picker label="Size" value={size ?? "equal"} testid="pick-size">
        {(close) => (
          <FieldList
            fields={sizable}
            chosen={[size ?? ""]}
            none="All equal"
            onChoose={(name) => {
              set({ size: name });
              close();
            }}
          />
        )}
      </Picker>
      <Picker label="Hover" value={hover.length === 1 ? hover[0] : `${hover.length} fields`} testid="pick-hover">
        {() => <FieldList fields={fields} chosen={hover} onChoose={toggleHover} />}
      </Picker>
      <MapChooser />
    </div>
  );
}
