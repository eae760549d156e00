/** Continuous ramps made in OKLCH: lightness rises evenly, so that equal steps of a value look equal. */

type Stop = [position: number, lightness: number, chroma: number, hue: number];

/** On dark, what is low recedes and what is high glows; on light, what is high is darkest. */
const SEQUENTIAL: Record<"dark" | "light", Stop[]> = {
  dark: [
    [0, 0.42, 0.11, 272],
    [0.3, 0.53, 0.16, 312],
    [0.55, 0.65, 0.19, 12],
    [0.78, 0.76, 0.16, 55],
    [1, 0.93, 0.13, 98],
  ],
  light: [
    [0, 0.83, 0.07, 232],
    [0.3, 0.7, 0.12, 262],
    [0.6, 0.55, 0.2, 302],
    [0.82, 0.44, 0.2, 340],
    [1, 0.33, 0.14, 10],
  ],
};

const DIVERGING: Record<"dark" | "light", Stop[]> = {
  dark: [
    [0, 0.8, 0.13, 230],
    [0.5, 0.42, 0.01, 260],
    [1, 0.8, 0.15, 55],
  ],
  light: [
    [0, 0.45, 0.15, 255],
    [0.5, 0.85, 0.01, 260],
    [1, 0.5, 0.17, 40],
  ],
};

const STEPS = 256;

export function sequential(theme: "dark" | "light"): string[] {
  return steps(SEQUENTIAL[theme]);
}

export function diverging(theme: "dark" | "light"): string[] {
  return steps(DIVERGING[theme]);
}

/** The ramp's colour at `share` (0..1). */
export function at(ramp: string[], share: number): string {
  return ramp[Math.round(Math.min(1, Math.max(0, share)) * (ramp.length - 1))];
}

/** A CSS gradient of a ramp, left to right. */
export function gradient(ramp: string[]): string {
  const stops = Array.from({ length: 17 }, (_, step) => at(ramp, step / 16));
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

function steps(stops: Stop[]): string[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const position = step / (STEPS - 1);
    const next = Math.max(1, stops.findIndex(([stop]) => stop >= position));
    const [p0, l0, c0, h0] = stops[next - 1];
    const [p1, l1, c1, h1] = stops[next];
    const share = (position - p0) / (p1 - p0);
    const turn = ((h1 - h0 + 540) % 360) - 180;
    return hex(oklch(l0 + (l1 - l0) * share, c0 + (c1 - c0) * share, h0 + turn * share));
  });
}

/** OKLCH to linear sRGB (Ottosson 2020), clipped to the gamut. */
function oklch(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function hex(linear: [number, number, number]): string {
  const parts = linear.map((channel) => {
    const clipped = Math.min(1, Math.max(0, channel));
    const gamma = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
    return Math.round(gamma * 255)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}
