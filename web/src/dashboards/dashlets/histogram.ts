import { IconChartHistogram } from "@tabler/icons-react";
import { drawBars } from "../charts/bars";
import { chart } from "../charts/chart";
import { COUNT, firstMeasure, titleOf } from "../charts/measures";
import { askOverX, XY_SETTINGS } from "./bar";
import { byNumber } from "./starts";

export const histogram = chart({
  kind: "histogram",
  title: "Histogram",
  description: "How the values of a number are spread; drag over it to filter.",
  icon: IconChartHistogram,
  size: { w: 8, h: 7 },
  uses: [...XY_SETTINGS, "stacked"],
  initial: (fields) => ({ x: byNumber(fields), measures: [COUNT], stacked: true }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x, settings.color]),
  lacks: (settings) => (settings.x ? null : "A histogram needs a field of numbers"),
  questions: askOverX,
  draw: drawBars,
});
