import { type PointerEvent, useRef } from "react";
import classes from "./explore.module.css";

/** An edge that one drags to make a part larger or smaller. */
export function Grip({ side, size, onSize }: { side: "left" | "top"; size: number; onSize: (size: number) => void }) {
  const start = useRef<{ at: number; size: number } | null>(null);
  const place = (event: PointerEvent) => (side === "left" ? event.clientX : event.clientY);
  return (
    <div
      className={classes.grip}
      data-side={side}
      role="separator"
      aria-label="Size of this part"
      aria-orientation={side === "left" ? "vertical" : "horizontal"}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: place(event), size };
      }}
      onPointerMove={(event) => start.current && onSize(start.current.size + start.current.at - place(event))}
      onPointerUp={() => (start.current = null)}
    />
  );
}
