import type { ColorSpec } from "./types";

/** Colour of what has no value. */
export const MISSING = { light: "#a9b0ba", dark: "#5b636e" };
/** Colour of what the filter leaves out. */
export const FILTERED = { light: "#c9ced6", dark: "#3a414b" };
export const RAMP_STEPS = 1024;
const SHAPES = 6;

export type Rgb = [number, number, number];

/** Read "#rgb", "#rrggbb", "rgb(r, g, b)" (0..255) or return grey. */
export function parseColor(color: string): Rgb {
  const hex = /^#([0-9a-f]{6}|[0-9a-f]{3})(?:[0-9a-f]{2})?$/i.exec(color)?.[1];
  if (hex !== undefined) {
    const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
    return [0, 2, 4].map((i) => Number.parseInt(full.slice(i, i + 2), 16)) as Rgb;
  }
  const parts = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(color);
  return parts === null ? [128, 128, 128] : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

export type ColorChannel = {
  /** One code per row. */
  codes: Uint8Array | Uint16Array;
  missing: number;
  /** RGBA per code; A is the number of the shape. */
  table: Uint8Array;
  shapes: boolean;
  /** Whether colours stand for kinds (else for values). */
  kinds: boolean;
};

/** Turn a colour specification into codes and a table of colours. */
export function colorChannel(spec: ColorSpec): ColorChannel {
  if (spec.kind === "continuous") {
    return {
      codes: rampCodes(spec.values, spec.domain),
      missing: 65535,
      table: rampTable(spec.ramp.map(parseColor)),
      shapes: false,
      kinds: false,
    };
  }
  const missing = spec.codes instanceof Uint8Array ? 255 : 65535;
  const colors = spec.palette.length > 0 ? spec.palette.map(parseColor) : [parseColor("")];
  const table = new Uint8Array(colors.length * 4);
  colors.forEach((color, code) => table.set([...color, code % SHAPES], code * 4));
  return { codes: spec.codes, missing, table, shapes: spec.shapes === true, kinds: true };
}

function rampCodes(values: Float32Array, [low, high]: [number, number]): Uint16Array {
  const codes = new Uint16Array(values.length);
  const factor = high > low ? (RAMP_STEPS - 1) / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    const step = factor === 0 ? (RAMP_STEPS - 1) / 2 : (values[i] - low) * factor;
    // NaN fails every comparison and stays missing.
    codes[i] = step >= RAMP_STEPS - 1 ? RAMP_STEPS - 1 : step <= 0 ? 0 : step > 0 ? step + 0.5 : 65535;
    if (factor === 0 && Number.isNaN(values[i])) codes[i] = 65535;
  }
  return codes;
}

function rampTable(ramp: Rgb[]): Uint8Array {
  const stops = ramp.length > 0 ? ramp : [parseColor("")];
  const table = new Uint8Array(RAMP_STEPS * 4);
  for (let i = 0; i < RAMP_STEPS; i++) {
    const at = (i / (RAMP_STEPS - 1)) * (stops.length - 1);
    const left = stops[Math.floor(at)];
    const right = stops[Math.min(stops.length - 1, Math.floor(at) + 1)];
    const t = at - Math.floor(at);
    for (let k = 0; k < 3; k++) table[i * 4 + k] = Math.round(left[k] * (1 - t) + right[k] * t);
  }
  return table;
}

/** Values to 0..255 over a domain; NaN and what lies below become 0. */
export function sizeCodes(values: Float32Array, [low, high]: [number, number]): Uint8Array {
  const codes = new Uint8Array(values.length);
  const factor = high > low ? 255 / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    const step = (values[i] - low) * factor;
    codes[i] = step >= 255 ? 255 : step > 0 ? step + 0.5 : 0;
  }
  return codes;
}
