import { IconChartCandle } from "@tabler/icons-react";
import type { Measure, Settings } from "../../api/dashboards";
import { groups } from "../asking/question";
import { drawBoxes } from "../charts/boxes";
import { chart } from "../charts/chart";
import { splitsOf } from "../charts/groups";
import { COUNT } from "../charts/measures";
import { XY_ROLES } from "../charts/xy";
import { averageOf, byCategory } from "./starts";

/** The field whose spread is shown. */
function fieldOf(settings: Settings): string | null {
  return settings.measures.find(({ field }) => field)?.field ?? null;
}

/** Least, quartiles, greatest. */
function spreadOf(field: string): Measure[] {
  const of = { ...COUNT, field };
  return [
    { ...of, aggregate: "min" },
    { ...of, aggregate: "quantile", quantile: 0.25 },
    { ...of, aggregate: "median" },
    { ...of, aggregate: "quantile", quantile: 0.75 },
    { ...of, aggregate: "max" },
  ];
}

export const box = chart({
  kind: "box",
  title: "Box plot",
  description: "How a number is spread in each value of a field: quartiles, least and greatest.",
  icon: IconChartCandle,
  size: { w: 8, h: 8 },
  uses: ["x", "measures", "color", "columns", "rows"],
  initial: (fields) => ({ x: byCategory(fields), measures: [averageOf(fields)] }),
  name: (settings) => `Spread of ${fieldOf(settings) ?? "a number"}${settings.x ? ` by ${settings.x.field}` : ""}`,
  lacks: (settings) => (fieldOf(settings) ? null : "A box plot needs a field of numbers"),
  questions: (settings, filter) => {
    const splits = splitsOf(settings, XY_ROLES);
    return [groups({ splits, measures: spreadOf(fieldOf(settings) as string), filter, own: splits.map(({ field }) => field) })];
  },
  draw: drawBoxes,
});
