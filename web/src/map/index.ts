export { MapView } from "./MapView";
export { PopulationMap } from "./populationMap";
export type {
  Bounds,
  CameraState,
  CategoricalColor,
  ColorSpec,
  ContinuousColor,
  MapEvents,
  MapLabel,
  MapOptions,
  MapStats,
  MaskMode,
  Mode,
  Point,
  PositionOptions,
  SizeSpec,
  Theme,
} from "./types";
