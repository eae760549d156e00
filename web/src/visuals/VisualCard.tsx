import { type ComponentType, Component, type ReactNode } from "react";
import type { SampleVisual } from "../api/types";
import { BarsVisual } from "./BarsVisual";
import { BoxesVisual } from "./BoxesVisual";
import { GraphVisual } from "./GraphVisual";
import { ImageVisual } from "./ImageVisual";
import { MaskVisual } from "./MaskVisual";
import { TextMaskVisual, TextVisual } from "./TextVisual";
import classes from "./visuals.module.css";

export interface VisualProps {
  /** The payload's values (core/rendering.py). */
  document: Record<string, unknown>;
  /** Addresses of its planes, relative to the page. */
  images: string[];
  /** What is laid over a picture. */
  over?: ReactNode;
  /** The colour of a stretch of a curve, from a point to the next; null: its own alone. */
  heat?: (curve: number, point: number) => string | null;
  /** The heat of the strongest colour of a text; the strongest of its own unless given. */
  most?: number;
}

/** How each kind of visual is drawn. */
const DRAWN: Record<string, ComponentType<VisualProps>> = {
  image: ImageVisual,
  image_boxes: BoxesVisual,
  image_mask: MaskVisual,
  text: TextVisual,
  text_mask: TextMaskVisual,
  graph: GraphVisual,
  horizontal_bar: BarsVisual,
};

/** A visualization with its name. */
export function VisualCard({ visual, over, heat, most }: { visual: SampleVisual } & Pick<VisualProps, "over" | "heat" | "most">) {
  const Drawn = DRAWN[visual.kind];
  return (
    <figure className={classes.card} data-testid="visual" data-kind={visual.kind}>
      <figcaption>{visual.name}</figcaption>
      <Guard key={visual.images[0] ?? JSON.stringify(visual.document).slice(0, 200)} name={visual.name}>
        {Drawn ? <Drawn document={visual.document} images={visual.images} over={over} heat={heat} most={most} /> : <p className={classes.note}>This page does not know how to draw a “{visual.kind}”. A newer percepta made this run.</p>}
      </Guard>
    </figure>
  );
}

/** A payload that cannot be drawn costs its own card only. */
class Guard extends Component<{ name: string; children: ReactNode }, { error: Error | null }> {
  override state = { error: null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    if (this.state.error) return <p className={classes.note}>“{this.props.name}” could not be drawn: {String(this.state.error)}</p>;
    return this.props.children;
  }
}
