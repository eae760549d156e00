import { IconChartDonut } from "@tabler/icons-react";
import { groups } from "../asking/question";
import { chart } from "../charts/chart";
import { drawDonuts } from "../charts/donuts";
import { splitsOf } from "../charts/groups";
import { COUNT, firstMeasure, isAdditive, titleOf } from "../charts/measures";
import { byCategory } from "./starts";

export const DONUT_ROLES = ["x", "columns", "rows"] as const;

export const donut = chart({
  kind: "donut",
  title: "Donut",
  description: "Of which parts the samples are made.",
  icon: IconChartDonut,
  size: { w: 6, h: 8 },
  uses: ["x", "measures", "columns", "rows"],
  initial: (fields) => ({ x: { ...byCategory(fields), limit: 11 }, measures: [COUNT] }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x]),
  lacks: (settings) =>
    settings.x ? (isAdditive(firstMeasure(settings)) ? null : "A donut shows counts, sums or shares of samples: parts of a whole") : "A donut needs a field to split by",
  questions: (settings, filter) => {
    const splits = splitsOf(settings, DONUT_ROLES);
    return [groups({ splits, measures: [firstMeasure(settings)], filter, own: splits.map(({ field }) => field) })];
  },
  colored: ({ x }) => (x?.kind === "distinct" ? x.field : null),
  draw: drawDonuts,
});
