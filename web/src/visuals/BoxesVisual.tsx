import { useState } from "react";
import { number, percent } from "../theme/format";
import { labelColors } from "./colors";
import { Frame, sizeOf } from "./Frame";
import type { VisualProps } from "./VisualCard";
import classes from "./visuals.module.css";

export interface Box {
  /** Centre and size, relative to the picture, 0..1. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Degrees, clockwise. */
  rotation: number;
  confidence: number | null;
  label: string;
  metadata: Record<string, unknown>;
}

/** A picture with its boxes; one under the pointer shows what it carries. */
export function BoxesVisual({ document, images, over }: VisualProps) {
  const boxes = document.boxes as Box[];
  const { width, height } = sizeOf(document);
  const colors = labelColors(boxes.map((box) => box.label));
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const shown = boxes.filter((box) => !off.has(box.label));
  const toggle = (label: string) => setOff((before) => new Set(before.has(label) ? [...before].filter((one) => one !== label) : [...before, label]));
  return (
    <>
      <Frame src={images[0]} width={width} height={height}>
        {over}
        {shown.map((box, at) => (
          <div
            key={`${box.label} ${at}`}
            className={classes.box}
            data-testid="box"
            style={{
              left: `${(box.x - box.width / 2) * 100}%`,
              top: `${(box.y - box.height / 2) * 100}%`,
              width: `${box.width * 100}%`,
              height: `${box.height * 100}%`,
              transform: box.rotation ? `rotate(${box.rotation}deg)` : undefined,
              borderColor: colors.get(box.label),
            }}
            title={told(box)}
          >
            <span style={{ background: colors.get(box.label) }}>
              {box.label}
              {box.confidence !== null && ` ${percent(box.confidence)}`}
            </span>
          </div>
        ))}
      </Frame>
      {boxes.length === 0 && <p className={classes.note}>No boxes in this picture.</p>}
      {colors.size > 0 && (
        <div className={classes.legend}>
          {[...colors].map(([label, color]) => (
            <button type="button" key={label} aria-pressed={!off.has(label)} onClick={() => toggle(label)}>
              <i style={{ background: color }} />
              {label} <em>{boxes.filter((box) => box.label === label).length}</em>
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function told(box: Box): string {
  const extra = Object.entries(box.metadata ?? {}).map(([name, value]) => `${name}: ${String(value)}`);
  const confidence = box.confidence === null ? [] : [`confidence ${number(box.confidence)}`];
  return [box.label, ...confidence, ...(box.rotation ? [`rotated ${number(box.rotation)}°`] : []), ...extra].join("\n");
}
