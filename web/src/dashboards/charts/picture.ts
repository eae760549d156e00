/** What a chart draws, and what its parts mean to the pointer. Pure: everything comes in with the drawing. */
import type { EChartsCoreOption } from "echarts/core";
import type { ChartAnswer, Settings } from "../../api/dashboards";
import type { Value } from "../../explore/coloring";
import type { Compare, Filter } from "../../filters/types";
import type { At } from "./groups";
import type { Look } from "./look";

export interface Size {
  width: number;
  height: number;
}

export interface Drawing {
  settings: Settings;
  /** Answers to the kind's questions, in order. */
  answers: ChartAnswer[];
  /** The shared filter, to mark what is chosen. */
  filter: Filter;
  look: Look;
  size: Size;
  /** Values of the colour's field that have colours of their own. */
  own: Value[];
  /** Names of runs, by id. */
  runs: ReadonlyMap<string, string>;
}

/** What a drawn part stands for; carried by each item of the data. */
export interface Datum {
  /** Parts of the answer's splits. */
  at?: At;
  /** One sample. */
  row?: number;
}

export interface Tip {
  title: string;
  lines: { color?: string; name: string; value: string; note?: string }[];
  foot?: string;
}

export interface Brush {
  axes: "x" | "y" | "xy";
  /** Clauses for what lies between two places, in the units of the axes. */
  clauses(from: [number, number], to: [number, number]): Compare[];
}

export interface Key {
  name: string;
  color: string;
  /** Clauses that a click chooses; none: it is no choice. */
  clauses: Compare[];
  faded: boolean;
}

export interface Picture {
  option: EChartsCoreOption;
  tip(datum: Datum): Tip | null;
  /** Clauses that a click on a part chooses. */
  clauses(datum: Datum): Compare[];
  brush: Brush | null;
  /** What the colours mean. */
  keys: Key[];
  /** What the picture leaves out, in words. */
  note: string;
}
