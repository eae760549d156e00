/** The maps of an explanation by input and layer. Pure. */
import type { ChannelImportance, Explanation, HeatMap } from "../api/types";
import { decodeGrid, type Grid } from "../heat/grid";

/** An explanation, and which of its targets is meant. */
export interface Told {
  answer: Explanation;
  /** Position among the answer's targets. */
  target: number;
  /** The target's number. */
  value: number;
  /** An earlier answer, shown until the one that was asked for comes. */
  stale: boolean;
}

/** What the server calls the map of several layers together. */
export const FUSED = "fused";

const decoded = new WeakMap<HeatMap, Grid>();

/** The numbers of a map; read once. */
export function gridOf(map: HeatMap): Grid {
  let grid = decoded.get(map);
  if (!grid) decoded.set(map, (grid = decodeGrid(map)));
  return grid;
}

/** The inputs that there are maps over. */
export function inputsWithMaps({ maps }: Explanation): string[] {
  return [...new Set(maps.map(({ over }) => over))];
}

/** The maps of a target over an input: the fused one first, then by depth. */
export function mapsOver({ answer, target }: Told, over: string): HeatMap[] {
  const found = answer.maps.filter((map) => map.target === target && map.over === over);
  return [...found.filter(({ layer }) => layer === FUSED), ...found.filter(({ layer }) => layer !== FUSED)];
}

/** The map at the layer asked for; null asks for all depths together, else the only or deepest there is. */
export function mapAt(told: Told, over: string, layer: string | null): HeatMap | undefined {
  const found = mapsOver(told, over);
  if (layer !== null && told.answer.layers.some(({ name }) => name === layer)) return found.find((map) => map.layer === layer);
  return found.find((map) => map.layer === FUSED) ?? found.at(-1);
}

/** What is known of the channels of a layer; of several together, those of the deepest. */
export function channelsAt({ answer, target }: Told, layer: string | null): ChannelImportance | undefined {
  const found = answer.channels.filter((one) => one.target === target);
  return found.find((one) => one.layer === layer) ?? found.at(-1);
}

/** Where a map was made, in a caption. */
export function placeTold({ layer }: Pick<HeatMap, "layer">, answer: Explanation): string {
  if (layer === null) return "at the input";
  return layer === FUSED ? `fused over ${answer.layers.map(({ name }) => name).join(", ")}` : `layer ${layer}`;
}
