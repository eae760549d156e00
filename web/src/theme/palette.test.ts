import { describe, expect, it } from "vitest";
import { CATEGORICAL } from "./palette";
import { sequential } from "./ramps";

const BACKGROUND = { dark: "#0b0d10", light: "#ffffff" };

/** What colour-blind eyes make of linear RGB (Machado 2009, severity 1). */
const EYES = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

type Triple = [number, number, number];

function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function seen([r, g, b]: Triple, m: number[]): Triple {
  return [0, 3, 6].map((row) => Math.min(1, Math.max(0, m[row] * r + m[row + 1] * g + m[row + 2] * b))) as Triple;
}

function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function luminance([r, g, b]: Triple): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(["dark", "light"] as const)("the %s palette", (theme) => {
  const colors = CATEGORICAL[theme];

  it("has twelve colours with a contrast of at least 3 to 1", () => {
    expect(colors).toHaveLength(12);
    for (const color of colors) expect(contrast(color, BACKGROUND[theme])).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(EYES))("keeps any two apart with %s", (_, matrix) => {
    const places = colors.map((color) => oklab(seen(linear(color), matrix)));
    let least = Infinity;
    for (let a = 0; a < places.length; a++)
      for (let b = 0; b < a; b++) least = Math.min(least, Math.hypot(...places[a].map((part, at) => part - places[b][at])));
    expect(least).toBeGreaterThan(0.065);
  });
});

it.each(["dark", "light"] as const)("the %s ramp changes lightness evenly, one way", (theme) => {
  const lightness = sequential(theme).map((color) => oklab(linear(color))[0]);
  const steps = lightness.slice(1).map((value, at) => value - lightness[at]);
  const sign = theme === "dark" ? 1 : -1;
  // Rounding to eight bits lets single steps stand still.
  expect(Math.min(...steps.map((step) => step * sign))).toBeGreaterThan(-0.004);
  expect((lightness[255] - lightness[0]) * sign).toBeGreaterThan(0.4);
});
