import { FILTERED, MISSING, parseColor } from "./colors";
import type { Channels } from "./channels";
import { defaultDiameter, defaultRange, zoomGrowth } from "./dots";
import { CROWD_OCTAVES, type Crowding } from "./grid";
import type { Palette } from "./painter";
import { STYLE } from "./shaders";
import type { DotStyle } from "./gpu";
import type { Bounds, Theme } from "./types";

/** Exponent with which the opacity of a dot falls with the dots expected over each of its pixels. */
const SOFTNESS = 0.62;
/** Up to so many selected dots get rings; of more, rings would be all one sees. */
const RINGS = 300;
const LARGEST = 30;
/** Smaller dots would be all ring. */
const LEAST_RIM = 5;
/**
 * How strongly a crowd shows the colour of most of its dots instead of that of its large ones (1: every dot has the
 * same ink). Where colours stand for values, large dots are what is looked for.
 */
const FAIRNESS = { kinds: 1, values: 0.12 };
/** Side of the square that a ringed dot has to itself, in its diameters. */
const CLEARANCE = { kinds: 2.4, values: 2 };
const BACKGROUND = { light: "#ffffff", dark: "#0e1116" };
const RING = { light: "#11151a", dark: "#ffffff" };

/** Smallest and largest diameter in CSS pixels at the given zoom, on a viewport of that many square pixels. */
export function diameters(channels: Channels, zoom: number, area: number): [number, number] {
  if (channels.sizes === null) {
    const base = defaultDiameter(channels.placed, area);
    const diameter = base * zoomGrowth(base, zoom);
    return [diameter, diameter];
  }
  const [small, large] = channels.sizeRange ?? defaultRange(channels.placed, area);
  const growth = zoomGrowth(small, zoom);
  return [small * growth, Math.max(large, Math.min(LARGEST, large * growth))];
}

export function diameterOf(channels: Channels, row: number, [small, large]: [number, number]): number {
  return channels.sizes === null ? small : small + ((large - small) * channels.sizes[row]) / 255;
}

/** The looks of every kind of dot. `crowding` null: densities are not known yet and taken as even. */
export function palette(
  channels: Channels,
  crowding: Crowding | null,
  look: { theme: Theme; zoom: number; area: number; pixelRatio: number; bounds: Bounds; travel: number; selected: number },
): Palette {
  const { theme, pixelRatio } = look;
  const [small, large] = diameters(channels, look.zoom, look.area);
  const sized = channels.sizes !== null;
  const colors = channels.color?.kinds === false ? "values" : "kinds";
  const { minX, minY, maxX, maxY } = look.bounds;
  const even = channels.placed / Math.max(1e-30, (maxX - minX) * (maxY - minY));
  const density = crowding?.maxDensity ?? even * 4;
  const matching: DotStyle = {
    diameter: [small * pixelRatio, large * pixelRatio],
    density,
    octaves: crowding === null ? 0 : CROWD_OCTAVES,
    softness: SOFTNESS,
    fairness: sized ? FAIRNESS[colors] : 0,
    swelling: sized ? channels.sizeSpread * FAIRNESS[colors] * (large - small) ** 2 * 0.7854 * pixelRatio * pixelRatio : 0,
    depth: theme === "dark" ? [255, 255, 255] : [60, 60, 80],
    depthKeeps: theme === "dark" ? 0 : 1,
    depthWeight: theme === "dark" ? 0.1 : 0.24,
    opacity: 1,
    style: STYLE.fill,
    flat: null,
    missingColor: parseColor(MISSING[theme]),
    edge: parseColor(BACKGROUND[theme]),
    edgeWeight: theme === "dark" ? 0.55 : 0.6,
    ring: parseColor(RING[theme]),
    grow: 0,
    bubbles: sized,
    travel: look.travel,
  };
  return {
    matching,
    filtered: {
      ...matching,
      diameter: [small * 0.85 * pixelRatio, small * 0.85 * pixelRatio],
      opacity: theme === "dark" ? 0.75 : 0.7,
      flat: parseColor(FILTERED[theme]),
      bubbles: false,
      swelling: 0,
    },
    rim: { ...matching, style: STYLE.rim, swelling: 0, diameter: [small * pixelRatio, Math.max(large, LEAST_RIM) * pixelRatio], grow: 0.5 * pixelRatio },
    rimSquare: sized ? CLEARANCE[colors] * Math.max(large, LEAST_RIM) : Infinity,
    selected: look.selected > RINGS ? { ...matching, softness: 0.3 } : ringed(matching, look.selected, pixelRatio),
    dim: look.selected > RINGS ? 0.42 : look.selected > 1 ? 0.65 : 1,
  };
}

/** A few selected dots each get a ring; the fewer, the stronger. */
function ringed(matching: DotStyle, selected: number, pixelRatio: number): DotStyle {
  const [small, large] = matching.diameter;
  const least = 3 * pixelRatio;
  return {
    ...matching,
    style: STYLE.selected,
    diameter: [Math.max(small, least), Math.max(large, least)],
    grow: (selected > 40 ? 1.25 : 2.25) * pixelRatio,
    bubbles: false,
    swelling: 0,
  };
}
