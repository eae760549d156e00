import { IconTable } from "@tabler/icons-react";
import { GroupsTable } from "../charts/GroupsTable";
import { titleOf, firstMeasure } from "../charts/measures";
import type { DashletSpec } from "../spec";
import { averageOf, byCategory } from "./starts";
import { COUNT } from "../charts/measures";

export const table: DashletSpec = {
  kind: "table",
  title: "Table of groups",
  description: "Several measures of each value or bin, as numbers.",
  icon: IconTable,
  size: { w: 8, h: 8 },
  uses: ["x", "y", "color", "measures"],
  initial: (fields) => ({ x: byCategory(fields), measures: [averageOf(fields), COUNT] }),
  name: (settings) => titleOf(firstMeasure(settings), [settings.x, settings.y, settings.color]),
  Body: GroupsTable,
};
