/** The frame of charts with a measure over a split: cells, axes, marks, words for the pointer, brush. */
import type { Measure, SplitValues } from "../../api/dashboards";
import { count, number, percent, shortCount } from "../../theme/format";
import { chosenOf, clausesOf, clausesOfParts, partsOf } from "./choosing";
import { colorsOf } from "./colors";
import { type Cell, layCells } from "./facets";
import { type At, isPart, measured, naturally, read, type Reading, type Role } from "./groups";
import { FEW, firstMeasure, isAdditive, isUnsure, measureName, measureText, partName, restsOn, splitName } from "./measures";
import type { Brush, Datum, Drawing, Key, Tip } from "./picture";
import { fit, widthOf } from "./scales";

export const XY_ROLES: readonly Role[] = ["x", "color", "columns", "rows"];

/** Which side the parts of x stand on: bins on a scale of numbers, values one beside the other. */
export interface Across {
  split: SplitValues | undefined;
  codes: (number | null)[];
  edges: number[] | null;
  names: string[];
  /** Words run from top to bottom: parts have long names. */
  flipped: boolean;
}

export interface Frame {
  drawing: Drawing;
  reading: Reading;
  measure: Measure;
  /** What the axis of values shows. */
  valueName: string;
  across: Across;
  cells: Cell[];
  colors: (number | null)[];
  colorOf(code: number | null): string;
  /** Whether the filter leaves something out, so that the whole stands behind. */
  part: boolean;
  /** Whether a part of x, or of the colour, is faded: others are chosen. */
  faded(x: number | null, color: number | null): boolean;
  /** Whether a panel is faded: others are chosen. */
  fadedCell(cell: Pick<Cell, "columns" | "rows">): boolean;
  dropped: number;
}

/** Read an answer into a frame. `turns`: whether long names may turn the chart. */
export function frameOf(drawing: Drawing, turns: boolean): Frame {
  const { settings, look, size, filter, own, runs } = drawing;
  const answer = drawing.answers[0];
  if (answer.kind !== "groups") throw new Error("This chart asks for groups.");
  const reading = read(answer, settings, XY_ROLES);
  const split = reading.split("x");
  const codes = partsInOrder(reading, "x");
  const edges = split?.edges ?? null;
  const names = codes.map((code) => (split && code !== null ? partName(split, code, runs) : ""));
  const columns = partsInOrder(reading, "columns");
  const rows = partsInOrder(reading, "rows");
  const faceted = columns.length * rows.length > 1;
  const flipped = turns && !edges && !faceted && isLong(names, size.width) && names.length * 13 < size.height - 30 && size.width > 150;
  const color = reading.split("color");
  const palette = color ? colorsOf(color, own, look.theme) : () => look.accent;
  const chosenX = split ? chosenOf(split, filter) : null;
  const chosenColor = color ? chosenOf(color, filter) : null;
  const chosenPanel = (["columns", "rows"] as const).map((role) => {
    const facet = reading.split(role);
    return facet ? chosenOf(facet, filter) : null;
  });
  const title = (column: number | null, row: number | null) => {
    const parts = [
      [reading.split("columns"), column],
      [reading.split("rows"), row],
    ] as const;
    return parts.flatMap(([one, code]) => (one && code !== null ? [partName(one, code, runs)] : [])).join(" · ");
  };
  const measure = firstMeasure(settings);
  const left = flipped ? Math.min(size.width * 0.42, Math.max(...names.map(widthOf)) + 14) : 44;
  const { cells, dropped } = layCells(size, { left, right: 14, top: flipped ? 6 : 24, bottom: 36 }, columns, rows, title);
  return {
    drawing,
    reading,
    measure,
    valueName: measureName(measure),
    across: { split, codes, edges, names, flipped },
    cells,
    colors: partsInOrder(reading, "color"),
    colorOf: (code) => palette(code ?? 0),
    part: isPart(answer),
    faded: (x, one) => (chosenX !== null && x !== null && !chosenX[x]) || (chosenColor !== null && one !== null && !chosenColor[one]),
    fadedCell: (cell) => chosenPanel.some((chosen, at) => chosen !== null && !chosen[[cell.columns, cell.rows][at] ?? 0]),
    dropped,
  };
}

/** The parts that occur; colours and panels of the commonest values stand as people count. Bins leave no holes; what has no value stands apart from them, in the note. */
function partsInOrder(reading: Reading, role: Role): (number | null)[] {
  const split = reading.split(role);
  const codes = reading.codes(role);
  if (role === "x") return split?.edges ? Array.from({ length: partsOf(split) }, (_, bin) => bin) : codes;
  return split && reading.byCount(role) ? naturally(split, codes) : codes;
}

function isLong(names: string[], width: number): boolean {
  const band = (width - 60) / Math.max(1, names.length);
  return Math.max(0, ...names.map(widthOf)) > Math.max(band - 4, 18);
}

/** Axes and grids of all cells, whose axes of values all span the same. */
export function axes(frame: Frame, { min, max, interval }: { min: number; max: number; interval: number }) {
  const { across, cells, measure, reading, drawing } = frame;
  const { look } = drawing;
  const text = { color: look.dim, fontSize: 11 };
  const measureAxis = (cell: Cell, labelled: boolean) => ({
    type: "value" as const,
    min,
    max,
    interval: cell.height < 70 && !across.flipped ? max - min || interval : interval,
    name: labelled && cell.title === "" ? fit(frame.valueName, cell.width) : "",
    ...(across.flipped
      ? { nameLocation: "middle" as const, nameGap: 21, nameTextStyle: { ...text, color: look.faint } }
      : { nameLocation: "end" as const, nameGap: 11, nameTextStyle: { ...text, color: look.faint, align: "left" as const, padding: [0, 0, 0, -34] } }),
    axisLabel: { ...text, show: labelled, formatter: (value: number) => tick(measure, value), hideOverlap: true },
    splitLine: { lineStyle: { color: look.line } },
    axisLine: { show: false },
    axisTick: { show: false },
  });
  const partsAxis = (cell: Cell, labelled: boolean) => {
    const split = reading.split("x");
    const name = labelled && split && cell.title === "" ? fit(splitName(split), cell.width) : "";
    const shared = {
      name: across.flipped ? "" : name,
      nameLocation: "middle" as const,
      nameGap: 21,
      nameTextStyle: { ...text, color: look.faint },
      axisLine: { lineStyle: { color: look.strong }, onZero: false },
      splitLine: { show: false },
    };
    if (across.edges) {
      // Where each bin is one whole number, it stands below the middle of its bar.
      const single = (split?.whole_numbers ?? false) && across.edges[1] - across.edges[0] === 1;
      const middle = single ? 0.5 : 0;
      const widest = Math.max(...across.edges.map((edge) => widthOf(number(edge))));
      const shown = everyFew(single ? across.edges.slice(0, -1) : across.edges, Math.max(2, Math.floor(cell.width / Math.min(52, widest + 16)))).map((edge) => edge + middle);
      return {
        ...shared,
        type: "value" as const,
        min: across.edges[0],
        max: across.edges[across.edges.length - 1],
        axisTick: { customValues: shown, lineStyle: { color: look.strong } },
        axisLabel: { ...text, show: labelled, customValues: shown, formatter: (value: number) => number(value - middle), hideOverlap: true },
      };
    }
    const room = across.flipped ? cell.left - 14 : cell.width / Math.max(1, across.names.length) - 2;
    const narrow = !across.flipped && room < 22 && Math.max(0, ...across.names.map(widthOf)) > room;
    return {
      ...shared,
      type: "category" as const,
      data: across.names,
      inverse: across.flipped,
      axisTick: { show: false },
      axisLabel: { ...text, show: labelled, interval: narrow ? ("auto" as const) : 0, formatter: (value: string) => fit(value, narrow ? 60 : room), hideOverlap: true },
    };
  };
  const x = cells.map((cell, gridIndex) => ({ gridIndex, ...(across.flipped ? measureAxis(cell, cell.atBottom) : partsAxis(cell, cell.atBottom)) }));
  const y = cells.map((cell, gridIndex) => ({ gridIndex, ...(across.flipped ? partsAxis(cell, cell.atLeft) : measureAxis(cell, cell.atLeft)) }));
  return {
    grid: cells.map(({ left, top, width, height }) => ({ left, top, width, height })),
    xAxis: x,
    yAxis: y,
    title: cells.filter(({ title }) => title).map((cell) => ({
      text: fit(cell.title, cell.width),
      left: cell.left,
      top: cell.top - 15,
      padding: 0,
      textStyle: { color: look.dim, fontSize: 11, fontWeight: 600 },
    })),
  };
}

function everyFew(edges: number[], most: number): number[] {
  const step = Math.max(1, Math.ceil((edges.length - 1) / most));
  return edges.filter((_, at) => at % step === 0);
}

export function tick({ aggregate }: Measure, value: number): string {
  if (aggregate === "share") return percent(value);
  return Math.abs(value) >= 10_000 ? shortCount(value) : number(value);
}

/** What stands at a place, in words: the measure of every group there, over how many samples. */
export function tipAt(frame: Frame, at: At): Tip | null {
  const { reading, measure, drawing, part } = frame;
  const { answer } = reading;
  const title = at.flatMap((code, place) => (code === null ? [] : [`${splitName(answer.splits[place])} ${partName(answer.splits[place], code, drawing.runs)}`])).join(", ");
  const groups = reading.groups(at).slice(0, 14);
  const open = at.flatMap((code, place) => (code === null ? [place] : []));
  const colorPlace = reading.split("color") ? answer.splits.indexOf(reading.split("color") as SplitValues) : -1;
  const counts = measure.aggregate === "count";
  const lines = groups.flatMap((group) => {
    const one = measured(answer, group);
    if (!one) return [];
    const name = open.map((place) => partName(answer.splits[place], answer.codes[place][group], drawing.runs)).join(", ") || measureName(measure);
    const whole = part && one.all !== null ? ` of ${measureText(measure, one.all)}` : "";
    const value = counts ? `${count(one.count)}${whole}` : measureText(measure, one.matching);
    const note = counts ? undefined : `${restsOn(measure, one.count)}${part && one.all !== null ? `; all ${count(one.countAll)}: ${measureText(measure, one.all)}` : ""}`;
    return [{ color: colorPlace >= 0 ? frame.colorOf(answer.codes[colorPlace][group]) : undefined, name, value, note }];
  });
  return { title: title || measureName(measure), lines, foot: lines.length === 0 ? "No samples here." : undefined };
}

export function clausesAt(frame: Frame, { at }: Datum) {
  const { splits } = frame.reading.answer;
  return (at ?? []).flatMap((code, place) => (code === null ? [] : clausesOf(splits[place], code)));
}

/** A brush over the parts of x. */
export function brushOf({ across }: Frame): Brush | null {
  const { split, codes, edges, flipped } = across;
  if (!split || split.kind === "version") return null;
  const axis = flipped ? 1 : 0;
  const place = (value: number): number => {
    if (!edges) return Math.min(codes.length - 1, Math.max(0, Math.round(value)));
    const bin = edges.findLastIndex((edge) => edge <= value);
    return Math.min(edges.length - 2, Math.max(0, bin));
  };
  return {
    axes: flipped ? "y" : "x",
    clauses: (from, to) => {
      const [a, b] = [place(from[axis]), place(to[axis])];
      const brushed = codes.slice(Math.min(a, b), Math.max(a, b) + 1);
      return clausesOfParts(split, brushed.filter((code) => code !== null));
    },
  };
}

/** What the colours mean; each is a choice. */
export function keysOf(frame: Frame): Key[] {
  const color = frame.reading.split("color");
  if (!color) return [];
  return frame.colors.flatMap((code) => {
    if (code === null) return [];
    return [{ name: partName(color, code, frame.drawing.runs), color: frame.colorOf(code), clauses: clausesOf(color, code), faded: frame.faded(null, code) }];
  });
}

/** What the picture leaves out, in words. */
export function noteOf(frame: Frame): string {
  const { reading, across, dropped, measure } = frame;
  const { answer } = reading;
  const { split } = across;
  const notes = [...answer.notes];
  if (split?.edges && split.missing !== null) {
    const missing = reading.groups(reading.at({ x: split.missing })).reduce((sum, group) => sum + answer.count[group], 0);
    if (missing > 0) notes.push(`${count(missing)} without a value`);
  }
  if (split?.edges && split.other !== null) notes.push("infinite values are in no bin");
  // Of the whole, so that the room of the picture stays as it is while a filter narrows.
  if ((answer.count_all ?? answer.count).some((samples) => isUnsure(measure, samples))) notes.push(`pale: fewer than ${FEW} samples`);
  if (dropped > 0) notes.push(`${count(dropped)} more panels when enlarged`);
  if (answer.dropped > 0) notes.push(`${count(answer.dropped)} groups left out`);
  return notes.join(" · ");
}

/** Whether bars and areas of the colours stand on each other. */
export function stacks({ drawing, measure, reading }: Frame): boolean {
  return drawing.settings.stacked && isAdditive(measure) && reading.split("color") !== undefined;
}
