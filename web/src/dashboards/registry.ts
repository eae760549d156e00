/** The kinds of dashlets there are, in the order of the menu that adds one. */
import type { DashletKind } from "../api/dashboards";
import { area } from "./dashlets/area";
import { bar } from "./dashlets/bar";
import { box } from "./dashlets/box";
import { donut } from "./dashlets/donut";
import { heatmap } from "./dashlets/heatmap";
import { histogram } from "./dashlets/histogram";
import { line } from "./dashlets/line";
import { scatter } from "./dashlets/scatter";
import { table } from "./dashlets/table";
import type { DashletSpec } from "./spec";

export const KINDS: readonly DashletSpec[] = [bar, histogram, line, area, scatter, heatmap, donut, box, table];

const BY_KIND = new Map(KINDS.map((spec) => [spec.kind, spec]));

/** The kind of a dashlet; undefined where this version of the page lacks it. */
export function specOf(kind: DashletKind): DashletSpec | undefined {
  return BY_KIND.get(kind);
}
