/** The public types of the population map. Lengths in CSS pixels unless said; colours are CSS hex strings. */

export type CategoricalColor = {
  kind: "categorical";
  /** One code per row, an index into `palette`; 255 (Uint8Array) or 65535 (Uint16Array) means missing. */
  codes: Uint8Array | Uint16Array;
  palette: string[];
  /** Give every category its own shape as well (six shapes, then they repeat). */
  shapes?: boolean;
};

export type ContinuousColor = {
  kind: "continuous";
  /** One value per row; NaN means missing. Values outside the domain take the colour at its end. */
  values: Float32Array;
  domain: [number, number];
  /** At least two colours, evenly spaced over the domain. */
  ramp: string[];
};

export type ColorSpec = CategoricalColor | ContinuousColor;

export type SizeSpec = {
  /** One value per row; NaN draws the smallest dot. */
  values: Float32Array;
  domain: [number, number];
  /** Smallest and largest diameter at zoom 1; left out, both follow from the number of dots. */
  range?: [number, number];
};

export type MaskMode = "grey" | "hide";
export type Theme = "light" | "dark";
export type Mode = "pan" | "lasso" | "box";

/** What part of the map is seen: its centre in map coordinates, and the zoom (1 = the whole map fits). */
export type CameraState = { x: number; y: number; zoom: number };

export type Bounds = { minX: number; minY: number; maxX: number; maxY: number };

/** A rectangle on the canvas in CSS pixels, y downwards. */
export type ScreenBox = { left: number; top: number; right: number; bottom: number };

export type Point = [number, number];

export type MapLabel = {
  /** Anchor in map coordinates. */
  x: number;
  y: number;
  text: string;
  color?: string;
  /** Labels of greater weight (say, the number of samples) are placed first. */
  weight: number;
  /** Zoom from which and up to which the label is shown (sub-clusters appear later than clusters). */
  minZoom?: number;
  maxZoom?: number;
  /** What it names is filtered out: it steps back, and gives way to all others. */
  faint?: boolean;
};

export type MapEvents = {
  /** The row under the pointer, and the place of its dot (or of the pointer, for null). */
  hover: { row: number | null; x: number; y: number };
  click: { row: number | null; x: number; y: number; shift: boolean; meta: boolean };
  /** A finished lasso or box: 3 to 500 corners in map coordinates. */
  lasso: { polygon: Point[]; shift: boolean; meta: boolean };
  camera: CameraState;
  /** Everything is drawn and nothing will change until the next call or gesture. */
  settled: MapStats;
};

export type PositionOptions = {
  /** "fit" shows the whole map, "keep" leaves the camera; default: fit when positions of other samples arrive. */
  camera?: "fit" | "keep";
  /** Let dots travel from their old places (at most 100,000 rows); default true. */
  animate?: boolean;
};

export type MapOptions = {
  theme?: Theme;
  mode?: Mode;
  /** Colour of every dot while no `setColor` was given. */
  defaultColor?: string;
  /** Most dots drawn per frame while the picture moves; default: adapted to the frame time. */
  budget?: number;
  devicePixelRatio?: number;
};

export type MapStats = {
  webgl: boolean;
  /** True when the browser draws without a GPU. */
  software: boolean;
  rows: number;
  /** Rows that have a position. */
  placed: number;
  matching: number;
  selected: number;
  /** Dots in the picture now shown, and whether those are all that belong there. */
  drawn: number;
  complete: boolean;
  settled: boolean;
  indexReady: boolean;
  budget: number;
  frames: number;
  /** Milliseconds the drawing of the last frame took, up to the GPU's answer. */
  frameMs: number;
  /** Milliseconds from `setPositions` to the first frame with dots, answered by the GPU; null before. */
  firstFrameMs: number | null;
  contextLost: boolean;
};
