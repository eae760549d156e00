import { IconChartDots3 } from "@tabler/icons-react";
import { ColorPicker } from "../../explore/FieldPicker";
import { Legend } from "../../explore/Legend";
import { MapCanvas } from "../../explore/MapCanvas";
import { useRun, useView } from "../../explore/run";
import { Tools } from "../../explore/Tools";
import { useChosen } from "../../explore/useEncoding";
import { EmptyState } from "../../shell/EmptyState";
import type { DashletSpec } from "../spec";
import classes from "./map.module.css";

export const map: DashletSpec = {
  kind: "map",
  title: "Map",
  description: "The population map: similar samples side by side, under the same filter and selection.",
  icon: IconChartDots3,
  size: { w: 12, h: 13 },
  uses: [],
  initial: () => ({}),
  name: () => "Map",
  Body,
};

function Body() {
  const { map, fields } = useRun();
  const { color } = useChosen();
  const set = useView((view) => view.set);
  if (!map)
    return (
      <EmptyState compact title="This run has no map yet">
        Make one in Explore; it appears here too.
      </EmptyState>
    );
  return (
    <div className={classes.map}>
      <MapCanvas map={map} />
      <div className={classes.corner} data-over-map>
        <ColorPicker color={color} fields={fields} onChoose={(name) => set({ color: name })} />
        <div className={classes.legend}>
          <Legend />
        </div>
      </div>
      <div className={classes.tools} data-over-map>
        <Tools />
      </div>
    </div>
  );
}
