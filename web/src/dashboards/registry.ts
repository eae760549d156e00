/** The kinds of dashlets there are, in the order of the menu that adds one. */
import type { DashletKind } from "../api/dashboards";
import { analysis } from "./dashlets/analysis";
import { area } from "./dashlets/area";
import { bar } from "./dashlets/bar";
import { box } from "./dashlets/box";
import { confusion } from "./dashlets/confusion";
import { curves } from "./dashlets/curves";
import { precisionRecall, roc, threshold } from "./dashlets/decisions";
import { donut } from "./dashlets/donut";
import { gallery } from "./dashlets/gallery";
import { heatmap } from "./dashlets/heatmap";
import { histogram } from "./dashlets/histogram";
import { line } from "./dashlets/line";
import { map } from "./dashlets/map";
import { number } from "./dashlets/number";
import { samples } from "./dashlets/samples";
import { scatter } from "./dashlets/scatter";
import { table } from "./dashlets/table";
import { text } from "./dashlets/text";
import type { DashletSpec } from "./spec";

export const KINDS: readonly DashletSpec[] = [bar, histogram, line, area, scatter, heatmap, donut, box, table, number, samples, gallery, confusion, roc, precisionRecall, threshold, curves, map, analysis, text];

const BY_KIND = new Map(KINDS.map((spec) => [spec.kind, spec]));

/** The kind of a dashlet; undefined where this version of the page lacks it. */
export function specOf(kind: DashletKind): DashletSpec | undefined {
  return BY_KIND.get(kind);
}
