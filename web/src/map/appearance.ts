import { FILTERED, MISSING, parseColor } from "./colors";
import type { Channels } from "./channels";
import { defaultDiameter, defaultRange, zoomGrowth } from "./dots";
import { CROWD_OCTAVES, type GridIndex } from "./grid";
import { SIZE_BUCKETS } from "./order";
import type { Palette } from "./painter";
import { STYLE } from "./shaders";
import type { DotStyle } from "./gpu";
import type { Bounds, Theme } from "./types";

/** Exponent with which the opacity of a dot falls with the dots expected over each of its pixels. */
const SOFTNESS = 0.62;
/** Up to so many selected dots get rings; of more, rings would be all one sees. */
const RINGS = 300;
const LARGEST = 30;
const RIM_FROM = 5.5;
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

/** The looks of every kind of dot. `grid` null: densities are not known yet and taken as even. */
export function palette(
  channels: Channels,
  grid: GridIndex | null,
  look: { theme: Theme; zoom: number; area: number; pixelRatio: number; bounds: Bounds; travel: number; selected: number },
): Palette {
  const { theme, pixelRatio } = look;
  const [small, large] = diameters(channels, look.zoom, look.area);
  const sized = channels.sizes !== null;
  const { minX, minY, maxX, maxY } = look.bounds;
  const even = channels.placed / Math.max(1e-30, (maxX - minX) * (maxY - minY));
  const density = grid?.maxDensity ?? even * 4;
  const matchingShare = channels.placed > 0 ? channels.matching / channels.placed : 1;
  const matching: DotStyle = {
    diameter: [small * pixelRatio, large * pixelRatio],
    density: density * matchingShare,
    octaves: grid === null ? 0 : CROWD_OCTAVES,
    softness: SOFTNESS,
    depth: theme === "dark" ? [255, 255, 255] : [60, 60, 80],
    depthKeeps: theme === "dark" ? 0 : 1,
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
  const rimBucket = Math.ceil((SIZE_BUCKETS * (RIM_FROM - small)) / Math.max(1e-6, large - small));
  return {
    matching,
    filtered: {
      ...matching,
      diameter: [small * 0.85 * pixelRatio, small * 0.85 * pixelRatio],
      density: density * (1 - matchingShare),
      opacity: theme === "dark" ? 0.75 : 0.7,
      flat: parseColor(FILTERED[theme]),
      bubbles: false,
    },
    rim: { ...matching, style: STYLE.rim },
    rimBucket: sized && large > RIM_FROM ? Math.max(0, rimBucket) : SIZE_BUCKETS,
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
  };
}
