import { IconChartAreaLine } from "@tabler/icons-react";
import { chart } from "../charts/chart";
import { drawLines } from "../charts/lines";
import { COUNT, firstMeasure, titleOf } from "../charts/measures";
import { askOverX, XY_SETTINGS } from "./bar";
import { byNumber } from "./starts";

export const area = chart({
  kind: "area",
  title: "Areas",
  description: "Lines that are filled; stacked, they show how parts make up a whole.",
  icon: IconChartAreaLine,
  size: { w: 8, h: 8 },
  uses: [...XY_SETTINGS, "stacked"],
  initial: (fields) => ({ x: byNumber(fields), measures: [COUNT], stacked: true }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x, settings.color]),
  lacks: (settings) => (settings.x ? null : "Areas need a field to run along"),
  questions: askOverX,
  draw: (drawing) => drawLines(drawing, true),
});
