/** The kinds of dashlets there are, in the order of the menu that adds one. */
import type { DashletKind } from "../api/dashboards";
import { bar } from "./dashlets/bar";
import { histogram } from "./dashlets/histogram";
import type { DashletSpec } from "./spec";

export const KINDS: readonly DashletSpec[] = [bar, histogram];

const BY_KIND = new Map(KINDS.map((spec) => [spec.kind, spec]));

/** The kind of a dashlet; undefined where this version of the page lacks it. */
export function specOf(kind: DashletKind): DashletSpec | undefined {
  return BY_KIND.get(kind);
}
