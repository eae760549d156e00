import { Portal, useMantineTheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactNode, type RefObject, useEffect, useLayoutEffect, useMemo, useState } from "react";
import charts from "../charts/charts.module.css";
import { type How, howOf } from "../charts/choosing";
import type { Look } from "../charts/look";
import classes from "./confusion.module.css";
import { cellAt, layOut } from "./confusionLayout";
import { type Cells, paintConfusion } from "./confusionPaint";

/** A cell, by its places in the order shown; -1: the name of its row or column. */
export interface CellPlace {
  row: number;
  column: number;
}

interface Props {
  cells: Cells;
  /** The longest number that a cell shows. */
  longest: string;
  look: Look;
  label: string;
  renderTip: (place: CellPlace) => ReactNode;
  onTouch: (place: CellPlace, how: How) => void;
  canvas: RefObject<HTMLCanvasElement | null>;
}

/** The matrix itself: the pointer or the arrows go over its cells, a click or Enter chooses one. */
export function ConfusionGrid({ cells, longest, look, label, renderTip, onTouch, canvas }: Props) {
  const { ref, width, height } = useElementSize();
  const { fontFamily } = useMantineTheme();
  const [over, setOver] = useState<(CellPlace & { x: number; y: number }) | null>(null);
  const size = cells.labels.length;
  const font = useMemo(() => getComputedStyle(document.body).fontFamily || (fontFamily as string), [fontFamily]);
  const layout = useMemo(() => {
    if (width < 40 || height < 40) return null;
    const context = document.createElement("canvas").getContext("2d");
    if (!context) return null;
    context.font = `11px ${font}`;
    const names = Math.max(...cells.labels.map((name) => context.measureText(name).width));
    return layOut(size, width, height, names, context.measureText(longest).width);
  }, [cells.labels, size, width, height, longest, font]);

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || !layout) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    paintConfusion(context, cells, layout, look, font);
  }, [canvas, cells, layout, look, font, width, height]);

  const placeOf = (event: MouseEvent | PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return layout && cellAt(layout, size, event.clientX - box.left, event.clientY - box.top);
  };
  const keys = (event: KeyboardEvent<HTMLElement>) => {
    const step = STEPS[event.key];
    if (!layout || (!step && !(event.key === "Enter" && over))) return;
    event.preventDefault();
    event.stopPropagation();
    if (!step) return onTouch(over as CellPlace, howOf(event));
    const next = over ? { row: within(over.row + step[0], size), column: within(over.column + step[1], size) } : { row: 0, column: 0 };
    const box = event.currentTarget.getBoundingClientRect();
    setOver({ ...next, x: box.left + layout.left + (next.column + 0.8) * layout.cell, y: box.top + layout.top + (next.row + 0.8) * layout.cell });
  };
  return (
    // The matrix is one thing to work with: the pointer and the arrows go over its cells.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-static-element-interactions
    <div
      ref={ref}
      className={classes.grid}
      role="application"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerMove={(event) => {
        const at = placeOf(event);
        setOver(at && { ...at, x: event.clientX, y: event.clientY });
      }}
      onPointerLeave={() => setOver(null)}
      onBlur={() => setOver(null)}
      onClick={(event) => {
        const at = placeOf(event);
        if (at) onTouch(at, howOf(event));
      }}
      onKeyDown={keys}
      data-testid="confusion-grid"
    >
      <canvas ref={canvas} style={{ width, height }} />
      {layout && over && <Frames layout={layout} size={size} over={over} />}
      {over && <Beside x={over.x} y={over.y}>{renderTip(over)}</Beside>}
      {!layout && width > 0 && <p className={classes.small}>Make the dashlet larger to see the matrix.</p>}
    </div>
  );
}

function within(place: number, size: number): number {
  return Math.min(size - 1, Math.max(0, place));
}

const STEPS: Record<string, [row: number, column: number] | undefined> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Marks the cell under the pointer with its row and column. */
function Frames({ layout: { left, top, cell }, size, over: { row, column } }: { layout: { left: number; top: number; cell: number }; size: number; over: CellPlace }) {
  const side = size * cell;
  return (
    <>
      {row >= 0 && <i className={classes.band} style={{ left, top: top + row * cell, width: side, height: cell }} />}
      {column >= 0 && <i className={classes.band} style={{ left: left + column * cell, top, width: cell, height: side }} />}
    </>
  );
}

/** A card at the pointer, wholly on the screen. */
function Beside({ x, y, children }: { x: number; y: number; children: ReactNode }) {
  const [card, setCard] = useState<HTMLElement | null>(null);
  const [size, setSize] = useState({ width: 200, height: 60 });
  useEffect(() => {
    if (!card) return;
    const observer = new ResizeObserver(() => setSize({ width: card.offsetWidth, height: card.offsetHeight }));
    observer.observe(card);
    return () => observer.disconnect();
  }, [card]);
  const left = x + 14 + size.width > window.innerWidth ? x - 14 - size.width : x + 14;
  const top = Math.min(y + 14, window.innerHeight - size.height - 8);
  return (
    <Portal>
      <div ref={setCard} className={`${charts.tip} ${classes.tip}`} style={{ left, top }} role="tooltip">
        {children}
      </div>
    </Portal>
  );
}
