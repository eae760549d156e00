import { IconGridDots } from "@tabler/icons-react";
import { groups } from "../asking/question";
import { chart } from "../charts/chart";
import { splitsOf } from "../charts/groups";
import { drawHeatMap, HEAT_ROLES } from "../charts/heatMap";
import { COUNT, firstMeasure, titleOf } from "../charts/measures";
import { averageOf, byCategory, distinct } from "./starts";

export const heatmap = chart({
  kind: "heatmap",
  title: "Heat map",
  description: "A measure where two fields meet, as colour.",
  icon: IconGridDots,
  size: { w: 8, h: 9 },
  uses: ["x", "y", "measures"],
  initial: (fields) => ({ x: byCategory(fields), y: distinct(fields.some(({ name }) => name === "cluster") ? "cluster" : "subset"), measures: [averageOf(fields)] }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x, settings.y]),
  lacks: (settings) => (settings.x && settings.y ? null : "A heat map needs two fields to split by"),
  questions: (settings, filter) => {
    const splits = splitsOf(settings, HEAT_ROLES);
    const measures = settings.measures.length > 0 ? settings.measures : [COUNT];
    return [groups({ splits, measures, filter, own: splits.map(({ field }) => field) })];
  },
  draw: drawHeatMap,
});
