/** Lines and areas over the parts of a split: the samples that match in colour, all of them grey and dashed. */
import type { LineSeriesOption } from "echarts";
import { measured } from "./groups";
import { isUnsure } from "./measures";
import type { Drawing, Picture } from "./picture";
import { extent } from "./scales";
import { axes, brushOf, clausesAt, type Frame, frameOf, keysOf, noteOf, stacks, tipAt } from "./xy";

interface Line {
  color: number | null;
  /** The value of each part; null: none. */
  matching: (number | null)[];
  all: (number | null)[];
  /** Parts that rest on very few samples: their points are hollow. */
  unsure: boolean[];
}

export function drawLines(drawing: Drawing, filled: boolean): Picture {
  const frame = frameOf(drawing, false);
  const stacked = filled && stacks(frame);
  const cells = frame.cells.map((cell) => linesIn(frame, cell.columns, cell.rows));
  const values = cells.flatMap((lines) => (stacked ? totals(lines) : lines.flatMap(({ matching, all }) => [...matching, ...(frame.part ? all : [])])));
  return {
    option: {
      ...axes(frame, extent(values, filled)),
      series: cells.flatMap((lines, cell) => [
        ...chosenBand(frame, cell),
        ...(stacked && frame.part ? [wholeArea(frame, cell, lines)] : []),
        ...lines.flatMap((line) => seriesOf(frame, cell, line, filled, stacked)),
      ]),
    },
    tip: ({ at }) => (at ? tipAt(frame, at) : null),
    clauses: (datum) => clausesAt(frame, datum),
    brush: brushOf(frame),
    keys: keysOf(frame),
    note: noteOf(frame),
  };
}

function linesIn({ reading, across, colors, measure }: Frame, columns: number | null, rows: number | null): Line[] {
  return colors.map((color) => {
    const parts = across.codes.map((x) => measured(reading.answer, reading.group(reading.at({ x, color, columns, rows }))));
    return {
      color,
      matching: parts.map((part) => part?.matching ?? null),
      all: parts.map((part) => part?.all ?? null),
      unsure: parts.map((part) => isUnsure(measure, part?.count ?? 0)),
    };
  });
}

/** Sums over all lines at every part. */
function totals(lines: Line[]): number[] {
  const sum = (values: (line: Line) => (number | null)[]) => lines[0]?.matching.map((_, at) => lines.reduce((total, line) => total + (values(line)[at] ?? 0), 0)) ?? [];
  return [...sum(({ matching }) => matching), ...sum(({ all }) => all)];
}

/** All samples of a stack, as one grey area behind it. */
function wholeArea({ across, drawing }: Frame, cell: number, lines: Line[]): LineSeriesOption {
  const sums = lines[0]?.all.map((_, at) => lines.reduce((total, { all }) => total + (all[at] ?? 0), 0)) ?? [];
  return {
    type: "line",
    xAxisIndex: cell,
    yAxisIndex: cell,
    z: 1,
    silent: true,
    animation: false,
    showSymbol: false,
    lineStyle: { width: 0 },
    areaStyle: { color: drawing.look.whole, opacity: 1 },
    data: sums.map((sum, at) => [middleOf(across, at), sum]),
  };
}

/** The range of bins that is chosen, as a band behind the lines. */
function chosenBand(frame: Frame, cell: number): LineSeriesOption[] {
  const { across, drawing } = frame;
  const { edges } = across;
  const chosen = across.codes.flatMap((code, at) => (frame.faded(code, null) ? [] : [at]));
  if (!edges || chosen.length === 0 || chosen.length === across.codes.length) return [];
  const ends = [edges[chosen[0]], edges[chosen[chosen.length - 1] + 1]];
  return [
    {
      type: "line",
      xAxisIndex: cell,
      yAxisIndex: cell,
      z: 0,
      silent: true,
      data: [],
      markArea: { silent: true, itemStyle: { color: drawing.look.accent, opacity: 0.12 }, data: [[{ xAxis: ends[0] }, { xAxis: ends[1] }]] },
    },
  ];
}

function middleOf({ edges }: Frame["across"], at: number): number {
  return edges ? (edges[at] + edges[at + 1]) / 2 : at;
}

function seriesOf(frame: Frame, cell: number, line: Line, filled: boolean, stacked: boolean): LineSeriesOption[] {
  const { across, drawing, part, reading } = frame;
  const { look } = drawing;
  const { columns, rows } = frame.cells[cell];
  const color = frame.colorOf(line.color);
  const points = (values: (number | null)[]) =>
    values.map((value, at) => ({ value: [middleOf(across, at), stacked ? (value ?? 0) : value], at: reading.at({ x: across.codes[at], color: line.color, columns, rows }) }));
  const few = across.codes.length <= 40;
  const shared = { type: "line", xAxisIndex: cell, yAxisIndex: cell, animation: false, connectNulls: false } as const;
  const front: LineSeriesOption = {
    ...shared,
    z: 4,
    data: points(line.matching).map((point, at) => ({ ...point, symbol: line.unsure[at] ? "emptyCircle" : "circle", itemStyle: { opacity: frame.faded(across.codes[at], line.color) ? 0.25 : 1 } })),
    lineStyle: { width: 2, color, opacity: frame.faded(null, line.color) || frame.fadedCell(frame.cells[cell]) ? 0.25 : 1 },
    itemStyle: { color },
    symbolSize: few ? 6 : 4,
    showSymbol: true,
    ...(filled && { areaStyle: { color, opacity: stacked ? 0.6 : 0.18 } }),
    ...(stacked && { stack: `matching ${cell}` }),
  };
  if (!part || stacked) return [front];
  const behind: LineSeriesOption = {
    ...shared,
    z: 2,
    silent: true,
    data: points(line.all),
    lineStyle: { width: 1.5, color: look.faint, type: "dashed", opacity: 0.7 },
    itemStyle: { color: look.faint },
    showSymbol: false,
    ...(filled && { areaStyle: { color: look.whole, opacity: 0.5 } }),
  };
  return [behind, front];
}
