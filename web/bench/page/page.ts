import { PopulationMap } from "../../src/map/populationMap";
import type { MapStats, Theme } from "../../src/map/types";
import { CATEGORICAL } from "../../src/theme/palette";
import { sequential } from "../../src/theme/ramps";
import { population, type Kind } from "./population";

let themeName: Theme = "dark";

const canvas = document.querySelector("#canvas") as HTMLCanvasElement;
const overlay = document.querySelector("#overlay") as HTMLElement;
const map = new PopulationMap(canvas, overlay, { theme: "dark" });

type Looks = { color: "label" | "loss"; size: boolean; labels: boolean; shapes?: boolean };
let loaded: { data: ReturnType<typeof population>; looks: Looks } | null = null;

/** Load a synthetic population; how long that kept the page busy, in milliseconds. */
function load(kind: Kind, n: number, looks: Looks): number {
  const data = population(kind, n);
  loaded = { data, looks };
  const start = performance.now();
  map.setPositions(data.x, data.y, { animate: false });
  paint();
  map.setSize(looks.size ? { values: data.loss, domain: [0, 4] } : null);
  map.setLabels(looks.labels ? data.groups : []);
  return performance.now() - start;
}

function paint() {
  if (loaded === null) return;
  const { data, looks } = loaded;
  if (looks.color === "label") {
    map.setColor({ kind: "categorical", codes: data.label, palette: [...CATEGORICAL[themeName]], shapes: looks.shapes });
  } else map.setColor({ kind: "continuous", values: data.loss, domain: [0, 3], ramp: sequential(themeName) });
}

function settled(): Promise<MapStats> {
  return new Promise((resolve) => {
    const look = () => {
      if (map.stats().settled) resolve(map.stats());
      else setTimeout(look, 5);
    };
    look();
  });
}

function firstFrame(): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      const { firstFrameMs, frameMs } = map.stats();
      // frameMs is known once the GPU has answered the first frame.
      if (firstFrameMs !== null && frameMs > 0) resolve(firstFrameMs + frameMs);
      else setTimeout(look, 2);
    };
    look();
  });
}

/** Drag the map for a while; milliseconds per frame shown and of script per frame. */
async function pan(frames: number) {
  const before = map.stats().frames;
  const start = performance.now();
  let script = 0;
  for (let i = 0; map.stats().frames - before < frames; i++) {
    const { x, y, zoom } = map.camera;
    const t0 = performance.now();
    map.camera = { x: x + (i % 20 < 10 ? 0.02 : -0.02), y, zoom };
    script += performance.now() - t0;
    await new Promise(requestAnimationFrame);
  }
  const shown = map.stats().frames - before;
  return { msPerFrame: (performance.now() - start) / shown, script: script / shown, budget: map.stats().budget };
}

function theme(name: Theme) {
  themeName = name;
  document.body.className = name;
  map.setTheme(name);
  paint();
}

/** Bits of the rows for which a condition holds. */
function mask(condition: (row: number) => boolean): Uint8Array {
  const { rows } = map.stats();
  const bits = new Uint8Array(Math.ceil(rows / 8));
  for (let row = 0; row < rows; row++) if (condition(row)) bits[row >> 3] |= 1 << (row & 7);
  return bits;
}

const bench = { map, load, settled, firstFrame, pan, theme, mask, data: () => loaded?.data, colors: CATEGORICAL.dark };
export type Bench = typeof bench;
(globalThis as unknown as { bench: Bench }).bench = bench;
