import { useMemo } from "react";
import type { SampleVisual } from "../api/types";
import { useTheme } from "../explore/useEncoding";
import { HeatCanvas } from "../heat/HeatCanvas";
import { Frame, sizeOf } from "../visuals/Frame";
import { heatColor } from "../visuals/TextVisual";
import { VisualCard } from "../visuals/VisualCard";
import classes from "./analysis.module.css";
import { AttributionBars } from "./AttributionBars";
import { alongCurves, asRows, oneByOne, overlaySize, slicesOf } from "./laying";
import { isPicture } from "./SmallMap";
import type { Heat } from "./useHeat";

/** Slices of a volume that are shown; of more, as many are spread over all. */
const MOST_SLICES = 12;

/** A visual with the heat of the input that it shows. */
export function HeatVisual({ visual, heat, positions }: { visual: SampleVisual; heat: Heat; positions: number | null }) {
  if (isPicture(visual)) return <VisualCard visual={visual} over={<Overlay document={visual.document} heat={heat} />} />;
  if (visual.kind === "graph") return <HeatedCurves visual={visual} heat={heat} />;
  if (visual.kind === "horizontal_bar") return <HeatedBars visual={visual} heat={heat} positions={positions} />;
  return <HeatedText visual={visual} heat={heat} positions={positions} />;
}

/** The overlay of a picture: as many pixels as it has, stretched as it is. */
export function Overlay({ document, heat: { grid, opacity, ...style } }: { document: Record<string, unknown>; heat: Heat }) {
  const { width, height } = sizeOf(document);
  if (opacity === 0) return null;
  return <HeatCanvas grid={grid} {...overlaySize(width, height)} {...style} className={classes.overlay} style={{ opacity }} />;
}

function HeatedText({ visual, heat, positions }: { visual: SampleVisual; heat: Heat; positions: number | null }) {
  const { document } = visual;
  const tokens = document.tokens as string[];
  const heats = oneByOne(heat.grid, tokens.length, positions);
  const shown = { ...visual, kind: "text", document: { tokens, heatmap: heat.opacity === 0 ? null : heats } };
  return (
    <>
      <VisualCard visual={shown} most={heat.most} />
      {heats === null && <Apart what={`${tokens.length} tokens`} heat={heat} positions={positions} />}
    </>
  );
}

function HeatedBars({ visual, heat, positions }: { visual: SampleVisual; heat: Heat; positions: number | null }) {
  const labels = visual.document.labels as string[];
  const heats = oneByOne(heat.grid, labels.length, positions);
  if (heats === null)
    return (
      <>
        <VisualCard visual={visual} />
        <Apart what={`${labels.length} bars`} heat={heat} positions={positions} />
      </>
    );
  return <AttributionBars name={visual.name} labels={labels} values={visual.document.values as (number | null)[]} heats={heats} most={heat.most} />;
}

function HeatedCurves({ visual, heat }: { visual: SampleVisual; heat: Heat }) {
  const series = visual.document.series as (number | null)[][];
  const theme = useTheme();
  const points = Math.max(1, ...series.map((line) => line.length));
  const heats = useMemo(() => alongCurves(heat.grid, series.length, points), [heat.grid, series.length, points]);
  const color = (curve: number, point: number) => {
    const share = heats[curve][point] / heat.most;
    return share === 0 || !Number.isFinite(share) ? null : heatColor(share, theme);
  };
  return <VisualCard visual={visual} heat={heat.opacity === 0 ? undefined : color} />;
}

/** A map that no visual can carry, and why. */
function Apart({ what, heat, positions }: { what: string; heat: Heat; positions: number | null }) {
  return (
    <>
      <p className={classes.note}>
        The visual shows {what}, but the input has {positions ?? "another number of"} positions, so which belongs to which is not known. Let the visualizer show one for each position (an empty token for padding).
      </p>
      <BareMap heat={heat} />
    </>
  );
}

/** A map over a volume, slice by slice along its first axis. */
function Slices({ heat: { grid, signed, ramp, most } }: { heat: Heat }) {
  const slices = slicesOf(grid, MOST_SLICES);
  if (slices.length === 0) return <p className={classes.note}>A map over {grid.shape.join(" × ")} positions has no drawing here. Read it from Python: evaluation.explain(…).</p>;
  return (
    <div className={classes.slices} data-testid="slices">
      {slices.map(({ at, plane }) => (
        <figure key={at}>
          <Frame src={undefined} width={plane.shape[1]} height={plane.shape[0]}>
            <HeatCanvas grid={plane} {...overlaySize(plane.shape[1], plane.shape[0])} {...{ signed, ramp, most }} className={classes.overlay} />
          </Frame>
          <figcaption>
            {at + 1} of {grid.shape[0]}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

/** A map by itself: over an input that no visual shows. */
export function BareMap({ heat: { grid, signed, ramp, most } }: { heat: Heat }) {
  const rows = asRows(grid);
  if (rows === null) return <Slices heat={{ grid, opacity: 1, signed, ramp, most }} />;
  const [height, width] = rows.shape;
  // A row of cells would be a hair: give it room.
  return height === 1 ? (
    <div className={classes.strip}>
      <HeatCanvas grid={rows} {...overlaySize(width, 1)} {...{ signed, ramp, most }} className={classes.overlay} />
    </div>
  ) : (
    <Frame src={undefined} width={width} height={height}>
      <HeatCanvas grid={rows} {...overlaySize(width, height)} {...{ signed, ramp, most }} className={classes.overlay} />
    </Frame>
  );
}
