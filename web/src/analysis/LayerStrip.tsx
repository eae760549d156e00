import { IconX } from "@tabler/icons-react";
import type { HeatMap, SampleVisual } from "../api/types";
import { shortName } from "../network/graph";
import classes from "./analysis.module.css";
import { LayerPicker } from "./LayerPicker";
import { FUSED, mapsOver, type Told } from "./maps";
import { SmallMap } from "./SmallMap";
import type { Analysis } from "./state";
import type { Choice } from "./targets";

/** One small map per depth, and all together; a click shows one large. */
export function LayerStrip({ told, choice, over, visual, shown, analysis, onChange }: {
  told: Told;
  choice: Choice;
  /** The input whose maps are shown small. */
  over: string;
  /** A picture of it, if there is one. */
  visual: SampleVisual | undefined;
  /** The layer on show. */
  shown: string | null;
  analysis: Analysis;
  onChange: (part: Partial<Analysis>) => void;
}) {
  const { layers } = told.answer;
  if (layers.length === 0) return null;
  const maps = new Map(mapsOver(told, over).map((map) => [map.layer, map]));
  const names = layers.map(({ name }) => name);
  const remove = (name: string) => onChange({ layers: names.filter((one) => one !== name), layer: analysis.layer === name ? null : analysis.layer });
  return (
    <div className={classes.layers} data-testid="layers">
      {maps.has(FUSED) && <Tile name={FUSED} title="All the layers shown here together, each scaled to its greatest value" note="all depths" map={maps.get(FUSED)} {...{ told, choice, visual, analysis, shown }} onChoose={() => onChange({ layer: null })} />}
      {layers.map(({ name, kind, depth }) => (
        <Tile key={name} name={name} title={`${name} (${kind}), ${Math.round(depth * 100)} % of the way through the network`} note={`${kind}, ${Math.round(depth * 100)} %`} map={maps.get(name)} {...{ told, choice, visual, analysis, shown }} onChoose={() => onChange({ layer: name })} onRemove={names.length > 1 ? () => remove(name) : undefined} />
      ))}
      <LayerPicker chosen={names} onAdd={(name) => onChange({ layers: [...names, name], layer: name })} onReset={analysis.layers === null ? null : () => onChange({ layers: null, layer: null })} />
    </div>
  );
}

function Tile({ name, title, note, map, told, choice, visual, analysis, shown, onChoose, onRemove }: {
  name: string;
  title: string;
  note: string;
  map: HeatMap | undefined;
  told: Told;
  choice: Choice;
  visual: SampleVisual | undefined;
  analysis: Analysis;
  shown: string | null;
  onChoose: () => void;
  onRemove?: () => void;
}) {
  return (
    <div className={classes.layer} data-testid="layer" data-layer={name}>
      <button type="button" aria-pressed={shown === name} title={title} onClick={onChoose}>
        {map ? <SmallMap {...{ map, told, choice, visual, analysis }} /> : <span className={classes.noMap}>channels only</span>}
        <b>{shortName(name, 16)}</b>
        <span>{note}</span>
      </button>
      {onRemove && (
        <button type="button" className={classes.remove} aria-label={`Leave out ${name}`} title="Leave this layer out" onClick={onRemove}>
          <IconX size={10} />
        </button>
      )}
    </div>
  );
}
