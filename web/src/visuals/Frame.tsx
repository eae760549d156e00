import type { ReactNode } from "react";
import { address } from "../api/client";
import classes from "./visuals.module.css";

const CRISP_BELOW = 160;

/** A picture at its own proportions, with what is drawn over it. Small pictures show their pixels. */
export function Frame({ src, width, height, children }: { src: string | undefined; width: number; height: number; children?: ReactNode }) {
  const crisp = Math.max(width, height) < CRISP_BELOW;
  return (
    <div className={classes.frame} style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc(var(--frame-height, 340px) * ${width / height})` }}>
      {src && <img src={address(src)} alt="" data-crisp={crisp || undefined} draggable={false} />}
      {children}
    </div>
  );
}

/** Width and height of a payload's planes. */
export function sizeOf(document: Record<string, unknown>): { width: number; height: number } {
  return { width: Number(document.width) || 1, height: Number(document.height) || 1 };
}
