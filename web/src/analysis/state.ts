/** What the analysis of a sample shows: a part of the view, and its texts in the address. */
import type { Region } from "../api/types";
import { type RampName, UNSIGNED } from "../heat/ramps";

/** One map; predicted beside true; every class. */
export type Compare = "one" | "truth" | "classes";

export interface Analysis {
  /** Key of the target on show (targets.ts); null = the first. */
  target: string | null;
  /** Positions whose score counts, of predictions that have any. */
  region: Region;
  /** Attribution method; null = the default. */
  method: string | null;
  /** Layers asked for; null = one of each depth. */
  layers: string[] | null;
  /** Layer whose map is shown, or `fused`; null = all depths together where there are several. */
  layer: string | null;
  /** Ask also for what speaks against the target. */
  signed: boolean;
  compare: Compare;
  /** Maps side by side share one scale. */
  together: boolean;
  overlay: boolean;
  /** Strength of the overlay, 0..1. */
  opacity: number;
  ramp: RampName;
}

export const PLAIN: Analysis = {
  target: null,
  region: "predicted",
  method: null,
  layers: null,
  layer: null,
  signed: false,
  compare: "one",
  together: false,
  overlay: true,
  opacity: 0.8,
  ramp: "glow",
};

const REGIONS: ReadonlySet<string | undefined> = new Set(["predicted", "true", "everywhere"]);
const COMPARISONS: ReadonlySet<string | undefined> = new Set(["one", "truth", "classes"]);

/** The address's parts; defaults take no room. */
export function encodeAnalysis(analysis: Analysis): Record<string, string> {
  const search: Record<string, string> = {};
  if (analysis.target !== null) search.target = analysis.target;
  if (analysis.region !== PLAIN.region) search.region = analysis.region;
  if (analysis.method !== null) search.method = analysis.method;
  if (analysis.layers !== null) search.layers = JSON.stringify(analysis.layers);
  if (analysis.layer !== null) search.layer = analysis.layer;
  if (analysis.signed) search.signed = "1";
  if (analysis.compare !== PLAIN.compare) search.compare = analysis.compare;
  if (analysis.together) search.together = "1";
  if (!analysis.overlay) search.overlay = "0";
  if (analysis.opacity !== PLAIN.opacity) search.opacity = String(Math.round(analysis.opacity * 100));
  if (analysis.ramp !== PLAIN.ramp) search.ramp = analysis.ramp;
  return search;
}

/** The analysis an address stands for; what does not parse is left at its default. */
export function decodeAnalysis(search: Record<string, string | undefined>): Analysis {
  const opacity = Number(search.opacity ?? Number.NaN);
  return {
    target: search.target ?? null,
    region: REGIONS.has(search.region) ? (search.region as Region) : PLAIN.region,
    method: search.method ?? null,
    layers: names(search.layers),
    layer: search.layer ?? null,
    signed: search.signed === "1",
    compare: COMPARISONS.has(search.compare) ? (search.compare as Compare) : PLAIN.compare,
    together: search.together === "1",
    overlay: search.overlay !== "0",
    opacity: opacity >= 0 && opacity <= 100 ? opacity / 100 : PLAIN.opacity,
    ramp: Object.hasOwn(UNSIGNED, search.ramp ?? "") ? (search.ramp as RampName) : PLAIN.ramp,
  };
}

function names(text: string | undefined): string[] | null {
  try {
    const value: unknown = text === undefined ? null : JSON.parse(text);
    return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string") ? value : null;
  } catch {
    return null;
  }
}
