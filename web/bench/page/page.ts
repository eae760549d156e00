import { PopulationMap } from "../../src/map/populationMap";
import type { MapStats, Theme } from "../../src/map/types";
import { population, type Kind } from "./population";

const PALETTE = [
  "#4c8dff", "#ff9f40", "#2fbf8f", "#f2647c", "#a78bfa", "#e6c229",
  "#38bdf8", "#f472b6", "#84cc16", "#c08457", "#94a3b8", "#14b8a6",
];
const VIRIDIS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];

const canvas = document.querySelector("#canvas") as HTMLCanvasElement;
const overlay = document.querySelector("#overlay") as HTMLElement;
const map = new PopulationMap(canvas, overlay, { theme: "dark" });

/** Load a synthetic population; resolves with the statistics of the first frame. */
async function load(kind: Kind, n: number, looks: { color: "label" | "loss"; size: boolean; labels: boolean; shapes?: boolean }) {
  const data = population(kind, n);
  const start = performance.now();
  map.setPositions(data.x, data.y);
  if (looks.color === "label") map.setColor({ kind: "categorical", codes: data.label, palette: PALETTE, shapes: looks.shapes });
  else map.setColor({ kind: "continuous", values: data.loss, domain: [0, 3], ramp: VIRIDIS });
  map.setSize(looks.size ? { values: data.loss, domain: [0, 4] } : null);
  map.setLabels(looks.labels ? data.groups.map((g) => ({ ...g, color: PALETTE[g.code % PALETTE.length] })) : []);
  const blocked = performance.now() - start;
  return { blocked, data };
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
  document.body.className = name;
  map.setTheme(name);
}

const bench = { map, load, settled, firstFrame, pan, theme, PALETTE };
export type Bench = typeof bench;
(globalThis as unknown as { bench: Bench }).bench = bench;
