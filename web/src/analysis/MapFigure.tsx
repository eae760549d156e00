import type { HeatMap, SampleVisual } from "../api/types";
import { type Ramp, SIGNED, UNSIGNED } from "../heat/ramps";
import { number } from "../theme/format";
import classes from "./analysis.module.css";
import { BareMap, HeatVisual } from "./HeatVisual";
import { placeTold, type Told, visualOf } from "./maps";
import type { Analysis } from "./state";
import type { Choice } from "./targets";
import { type Heat, useHeat } from "./useHeat";

/** Visuals that say beside themselves what their colours or bars stand for. */
const TELLS_ITSELF = new Set(["text", "text_mask", "horizontal_bar"]);

interface Props {
  map: HeatMap;
  told: Told;
  choice: Choice;
  visuals: SampleVisual[];
  positions: number | null;
  analysis: Analysis;
  /** The scale that it shares with others; null = its own. */
  most: number | null;
}

/** A map over what shows its input, with all that must be said of it. */
export function MapFigure({ map, told, choice, visuals, positions, analysis, most }: Props) {
  const heat = useHeat(map, choice, told, analysis, most);
  return (
    <figure className={classes.figure} data-testid="map-figure" data-target={choice.key} data-layer={map.layer ?? ""} data-stale={told.stale || undefined}>
      {visuals.map((visual) => (
        <HeatVisual key={visual.name} visual={visual} heat={heat} positions={positions} />
      ))}
      {visuals.length === 0 && (
        <>
          <p className={classes.note}>No visualizer of this run shows the input {map.over} by itself, so its map stands alone. The map covers the whole input.</p>
          <BareMap heat={heat} />
        </>
      )}
      {!visuals.some(({ kind }) => TELLS_ITSELF.has(kind)) && <ScaleKey heat={visuals.some(({ kind }) => kind === "graph") ? { ...heat, ramp: "orange" } : heat} reading={choice.reading} />}
      <MapCaption map={map} told={told} choice={choice} />
    </figure>
  );
}

/** Method, target and its value, layer, version: a map never appears without them. */
export function MapCaption({ map, told, choice }: Pick<Props, "map" | "told"> & { choice: Choice | null }) {
  const { answer, run } = told;
  return (
    <figcaption className={classes.caption} data-testid="map-caption">
      <b>{answer.title}</b>
      {choice && (
        <>
          {" "}
          of {choice.told} = <b title="The target's number for this sample: what the map is about.">{number(told.value)}</b>
          {choice.reading !== "whole" && `, what ${choice.reading} it`}
        </>
      )}
      , {placeTold(map, answer)}, over {visualOf(map.over) === null ? map.over : `the visual ${visualOf(map.over)}`}. {run.name === run.version.name ? "Version" : `${run.name}, version`} {run.version.name ?? run.version.number}.
      {told.stale && " Making the one asked for…"}
    </figcaption>
  );
}

/** What the colours stand for. */
function ScaleKey({ heat, reading }: { heat: Heat; reading: Choice["reading"] }) {
  const { most, signed, ramp } = heat;
  if (!(most > 0)) return <p className={classes.note}>{reading === "whole" ? "Nothing in it counts for this target at this layer." : `Nothing ${reading} it at this layer.`}</p>;
  const below = signed && reading !== "raises";
  const above = !signed || reading !== "lowers";
  return (
    <div className={classes.scale} aria-label="Scale of the colours">
      {below && <span>−{number(most, 2)}</span>}
      {below && <i style={{ background: shades(SIGNED.below, "left") }} />}
      <span>0</span>
      {above && <i style={{ background: shades(signed ? SIGNED.above : UNSIGNED[ramp], "right") }} />}
      {above && <span>{number(most, 2)}</span>}
    </div>
  );
}

/** A gradient of a ramp that grows to one side. */
export function shades(ramp: Ramp, side: "left" | "right"): string {
  const stops = Array.from({ length: 9 }, (_, step) => {
    const [red, green, blue, opacity] = ramp.subarray(Math.round((step / 8) * (ramp.length / 4 - 1)) * 4);
    return `rgb(${red} ${green} ${blue} / ${(opacity / 255).toFixed(3)})`;
  });
  return `linear-gradient(to ${side}, ${stops.join(", ")}), var(--photo)`;
}
