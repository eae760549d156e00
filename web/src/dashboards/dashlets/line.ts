import { IconChartLine } from "@tabler/icons-react";
import { chart } from "../charts/chart";
import { drawLines } from "../charts/lines";
import { firstMeasure, titleOf } from "../charts/measures";
import { askOverX, XY_SETTINGS } from "./bar";
import { averageOf, byNumber } from "./starts";

export const line = chart({
  kind: "line",
  title: "Lines",
  description: "How a measure moves along a number; one line a colour.",
  icon: IconChartLine,
  size: { w: 8, h: 8 },
  uses: XY_SETTINGS,
  initial: (fields) => ({ x: byNumber(fields.filter(({ group }) => group === "metadata")) ?? byNumber(fields), measures: [averageOf(fields)] }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x, settings.color]),
  lacks: (settings) => (settings.x ? null : "Lines need a field to run along"),
  questions: askOverX,
  draw: (drawing) => drawLines(drawing, false),
});
