import type { Tells } from "../api/dashboards";
import type { NewDashlet } from "../dashboards/document/change";
import { COUNT } from "../dashboards/charts/measures";
import { NO_SETTINGS } from "../dashboards/spec";

/** The chart that shows what a field tells: the average metric over its values or bins. */
export function asDashlet({ split }: Pick<Tells, "split">, metric: string): NewDashlet {
  return { kind: "bar", settings: { ...NO_SETTINGS, x: split, measures: [{ ...COUNT, aggregate: "average", field: metric }] } };
}
