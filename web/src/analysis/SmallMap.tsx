import { address } from "../api/client";
import type { HeatMap, SampleVisual } from "../api/types";
import { HeatCanvas } from "../heat/HeatCanvas";
import { sizeOf } from "../visuals/Frame";
import classes from "./analysis.module.css";
import { asRows, overlaySize } from "./laying";
import type { Told } from "./maps";
import type { Analysis } from "./state";
import type { Choice } from "./targets";
import { useHeat } from "./useHeat";

const MOST_PIXELS = 160 * 160;
/** Below so many pixels a side, a picture shows them. */
const CRISP_BELOW = 160;

/** Whether a visual is a picture that heat can be laid over. */
export function isPicture({ kind }: SampleVisual): boolean {
  return kind === "image" || kind === "image_boxes" || kind === "image_mask";
}

/** A map over its picture, small. */
export function SmallMap({ map, told, choice, visual, analysis, most = null }: {
  map: HeatMap;
  told: Told;
  choice: Choice;
  /** The picture, if there is one. */
  visual: SampleVisual | undefined;
  analysis: Analysis;
  most?: number | null;
}) {
  const { grid, opacity, ...style } = useHeat(map, choice, told, analysis, most);
  const rows = asRows(grid);
  const flat = grid.shape.length === 1;
  const { width, height } = visual && !flat ? sizeOf(visual.document) : { width: rows?.shape[1] ?? 1, height: rows?.shape[0] ?? 1 };
  return (
    <span className={classes.small} data-stale={told.stale || undefined} data-flat={flat || undefined} style={flat ? undefined : { aspectRatio: `${width} / ${height}` }}>
      {visual && !flat && <img src={address(visual.images[0])} alt="" data-crisp={Math.max(width, height) < CRISP_BELOW || undefined} draggable={false} />}
      {rows && opacity > 0 && <HeatCanvas grid={rows} {...overlaySize(width, height, MOST_PIXELS)} {...style} className={classes.overlay} style={{ opacity }} />}
    </span>
  );
}
