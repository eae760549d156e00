import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { thumbnail } from "../api/client";
import { colorOf } from "../explore/coloring";
import { useMapHandle } from "../explore/mapHandle";
import { useColumn, useRun, useView } from "../explore/run";
import { useColoring } from "../explore/useEncoding";
import { valueAt } from "../filters/columns";
import type { Grid } from "../heat/grid";
import { value as show } from "../theme/format";
import classes from "./samples.module.css";
import { areBars, TextTile, textOf } from "./TextTile";
import { Thumbnail } from "./Thumbnail";

const GAP = 6;
const CAPTION = 18;
const PAD = 12;
/** A text takes more room than a picture, and is wider than high. */
const TEXT_WIDTH = 2.2;
const TEXT_HEIGHT = 0.56;

interface Props {
  rows: Uint32Array;
  /** Least width of a picture, in CSS pixels. */
  size: number;
  /** Whether the rows are a selection, which opening one of them keeps. */
  many: boolean;
  /** What is said under a picture; the coloured field unless given. */
  caption?: (row: number) => ReactNode;
  /** What is laid over a picture. */
  heat?: (row: number) => Grid | null;
}

/** Pictures of the rows, as many as fit a line; only those in sight exist. */
export function Gallery({ rows, size: asked, many, caption, heat }: Props) {
  const { run } = useRun();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const text = textOf(run);
  const bars = areBars(run);
  const wanted = text === undefined ? asked : asked * TEXT_WIDTH;
  const columns = Math.max(1, Math.floor((width - PAD) / (wanted + GAP)));
  // The pictures share what is left over, so that lines end at the edge.
  const size = Math.floor((width - PAD) / columns) - GAP;
  const height = text === undefined ? size : Math.round(size * TEXT_HEIGHT);
  const lines = useVirtualizer({
    count: Math.ceil(rows.length / columns),
    getScrollElement: () => box.current,
    estimateSize: () => height + CAPTION + GAP,
    overscan: 3,
  });
  useEffect(() => lines.measure(), [lines, height]);
  const sample = useView((view) => view.sample);
  const setView = useView((view) => view.set);
  const toggle = useView((view) => view.toggleRow);
  const open = useView((view) => view.open);
  const drawing = useMapHandle((handle) => handle.map);
  const { field, coloring } = useColoring();
  const { column } = useColumn(field);
  const choose = (event: MouseEvent, row: number) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) toggle(row);
    else if (many) setView({ sample: row });
    else open(row);
  };
  return (
    <div className={classes.gallery} ref={box} data-testid="gallery">
      <div style={{ height: lines.getTotalSize() + GAP, position: "relative" }}>
        {lines.getVirtualItems().map((line) => (
          <div key={line.key} className={classes.galleryLine} style={{ transform: `translateY(${line.start + GAP}px)`, gap: GAP }}>
            {Array.from(rows.subarray(line.index * columns, (line.index + 1) * columns), (row) => {
              const value = column ? valueAt(column, row) : null;
              const color = coloring ? colorOf(coloring, value) : null;
              return (
                <button type="button" key={row} className={classes.tile} style={{ width: size }} data-here={row === sample || undefined} data-row={row} data-testid="tile" onClick={(event) => choose(event, row)}
                  onPointerEnter={() => drawing?.setHovered(row)}
                  onPointerLeave={() => drawing?.setHovered(sample)}
                >
                  {text === undefined ? <Thumbnail src={thumbnail(run.id, row)} size={size} heat={heat?.(row)} bars={bars} /> : <TextTile row={row} visualizer={text} width={size} height={height} heat={heat?.(row) ?? null} />}
                  <span className={classes.caption}>
                    {color && <i style={{ background: color }} />}
                    {caption ? caption(row) : field ? show(value) : `#${row}`}
                  </span>
                </button>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
