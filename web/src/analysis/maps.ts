/** The maps of an explanation by input and layer. Pure. */
import type { ChannelImportance, Explanation, HeatMap, NetworkDetails, RunDetails, SampleVisual } from "../api/types";
import { decodeGrid, type Grid } from "../heat/grid";
import { shortName } from "../network/graph";
import { inputsOf, positionsOf, visualsOf } from "./wiring";

/** An explanation, and which of its targets is meant. */
export interface Told {
  /** The run whose version was asked. */
  run: RunDetails;
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

/** What the server puts before a visualizer's name where a map lies over what that shows, not over an input. */
const VISUAL = "visual:";

/** The inputs that there are maps over. */
export function inputsWithMaps({ maps }: Explanation): string[] {
  return [...new Set(maps.map(({ over }) => over))].filter((over) => !over.startsWith(VISUAL));
}

/** The visual that brought a map over to itself, having resized or rearranged its input; null: the map is over an input. */
export function visualOf(over: string): string | null {
  return over.startsWith(VISUAL) ? over.slice(VISUAL.length) : null;
}

/** What a map lies over, and the visuals that carry it. */
export interface Place {
  over: string;
  visuals: SampleVisual[];
  /** Positions of the input; null: not known, or it is a visual. */
  positions: number | null;
}

/**
 * Where the maps of an explanation are laid. A visual that brings maps over to itself carries those; an input that only
 * such visuals show has no place of its own.
 */
export function placesOf(answer: Explanation, network: NetworkDetails | undefined, visuals: SampleVisual[]): Place[] {
  const inputs = inputsWithMaps(answer);
  const brought = new Map<string | null, string>(answer.maps.map(({ over }) => [visualOf(over), over] as const));
  const own = visuals.filter(({ name }) => brought.has(name)).map((visual): Place => ({ over: brought.get(visual.name) as string, visuals: [visual], positions: null }));
  return [
    ...own,
    ...inputs.flatMap((over): Place[] => {
      const axes = answer.maps.find((map) => map.over === over)?.shape.length ?? 0;
      const showing = visualsOf(network, visuals, over, axes, inputs.length === 1);
      const plain = showing.filter(({ name }) => !brought.has(name));
      if (plain.length === 0 && own.some((place) => inputsOf(network, place.visuals[0].name)?.includes(over))) return [];
      return [{ over, visuals: plain, positions: positionsOf(network, over) }];
    }),
  ];
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

/** Names of layers can be paths of a whole file: their ends tell them apart. */
const LONGEST = 40;

/** Where a map was made, in a caption. */
export function placeTold({ layer }: Pick<HeatMap, "layer">, answer: Explanation): string {
  if (layer === null) return "at the input";
  return layer === FUSED ? `fused over ${answer.layers.map(({ name }) => shortName(name, LONGEST)).join(", ")}` : `layer ${shortName(layer, LONGEST)}`;
}

/** A version, as people name it: by its run where that is called otherwise. */
export function versionOf({ name, version }: Pick<RunDetails, "name" | "version">): string {
  const told = version.name ?? String(version.number);
  return name === told ? told : `${name}, version ${told}`;
}
