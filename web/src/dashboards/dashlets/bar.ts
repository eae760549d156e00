import { IconChartBar } from "@tabler/icons-react";
import { groups } from "../asking/question";
import { drawBars } from "../charts/bars";
import { chart, type ChartKind } from "../charts/chart";
import { splitsOf } from "../charts/groups";
import { COUNT, firstMeasure, titleOf } from "../charts/measures";
import { XY_ROLES } from "../charts/xy";
import { averageOf, byCategory } from "./starts";

/** The questions of charts that draw one measure over x. */
export const askOverX: ChartKind["questions"] = (settings, filter) => {
  const splits = splitsOf(settings, XY_ROLES);
  const measures = settings.measures.length > 0 ? settings.measures : [COUNT];
  return [groups({ splits, measures, filter, own: splits.map(({ field }) => field) })];
};

export const XY_SETTINGS = ["x", "measures", "color", "columns", "rows"] as const;

export const bar = chart({
  kind: "bar",
  title: "Bars",
  description: "One measure of each value or bin of a field.",
  icon: IconChartBar,
  size: { w: 8, h: 8 },
  uses: [...XY_SETTINGS, "stacked"],
  initial: (fields) => ({ x: byCategory(fields), measures: [averageOf(fields)] }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x, settings.color]),
  lacks: (settings) => (settings.x ? null : "Bars need a field to split by"),
  questions: askOverX,
  draw: drawBars,
});
