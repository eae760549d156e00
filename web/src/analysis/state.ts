/** What the analysis of a sample shows: a part of the view, and its texts in the address. */
import type { Region } from "../api/types";
import { type ChannelName, decodeChannel, encodeChannel } from "../channels/name";
import { type RampName, UNSIGNED } from "../heat/ramps";

/** One map; predicted beside true; every class; another sample beside this one; another version's view of it. */
export type Compare = "one" | "truth" | "classes" | "sample" | "version";

/** The sample beside this one: the nearest, the nearest that is labelled otherwise, or the one of that row. */
export type Other = "nearest" | "unlike" | number;

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
  /** The channel whose activation is shown; null = none. */
  channel: ChannelName | null;
  /** Ask also for what speaks against the target. */
  signed: boolean;
  compare: Compare;
  other: Other;
  /** The run whose version is set beside this one; null = the newest other run of the project. */
  against: string | null;
  /** Maps side by side share one scale; null = those of two samples or versions do, others not. */
  together: boolean | null;
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
  channel: null,
  signed: false,
  compare: "one",
  other: "nearest",
  against: null,
  together: null,
  overlay: true,
  opacity: 0.8,
  ramp: "glow",
};

/** Whether two samples, or two versions, are side by side. */
export function isPair({ compare }: Analysis): boolean {
  return compare === "sample" || compare === "version";
}

/** Whether maps side by side share one scale. */
export function sharesScale(analysis: Analysis): boolean {
  return analysis.together ?? isPair(analysis);
}

const REGIONS: ReadonlySet<string | undefined> = new Set(["predicted", "true", "everywhere"]);
const COMPARISONS: ReadonlySet<string | undefined> = new Set(["one", "truth", "classes", "sample", "version"]);

/** The address's parts; defaults take no room. */
export function encodeAnalysis(analysis: Analysis): Record<string, string> {
  const search: Record<string, string> = {};
  if (analysis.target !== null) search.target = analysis.target;
  if (analysis.region !== PLAIN.region) search.region = analysis.region;
  if (analysis.method !== null) search.method = analysis.method;
  if (analysis.layers !== null) search.layers = JSON.stringify(analysis.layers);
  if (analysis.layer !== null) search.layer = analysis.layer;
  if (analysis.channel !== null) search.channel = encodeChannel(analysis.channel);
  if (analysis.signed) search.signed = "1";
  if (analysis.compare !== PLAIN.compare) search.compare = analysis.compare;
  if (analysis.other !== PLAIN.other) search.other = String(analysis.other);
  if (analysis.against !== null) search.against = analysis.against;
  if (analysis.together !== null) search.together = analysis.together ? "1" : "0";
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
    channel: decodeChannel(search.channel),
    signed: search.signed === "1",
    compare: COMPARISONS.has(search.compare) ? (search.compare as Compare) : PLAIN.compare,
    other: other(search.other),
    against: search.against ?? null,
    together: search.together === "1" ? true : search.together === "0" ? false : null,
    overlay: search.overlay !== "0",
    opacity: opacity >= 0 && opacity <= 100 ? opacity / 100 : PLAIN.opacity,
    ramp: Object.hasOwn(UNSIGNED, search.ramp ?? "") ? (search.ramp as RampName) : PLAIN.ramp,
  };
}

function other(text: string | undefined): Other {
  if (text === "unlike") return text;
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : PLAIN.other;
}

function names(text: string | undefined): string[] | null {
  try {
    const value: unknown = text === undefined ? null : JSON.parse(text);
    return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string") ? value : null;
  } catch {
    return null;
  }
}
