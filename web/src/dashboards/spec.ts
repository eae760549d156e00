/** What every kind of dashlet says of itself. A kind is one file in `dashlets/`, listed in `registry.ts`. */
import type { ComponentType } from "react";
import type { Dashlet, DashletKind, Settings } from "../api/dashboards";
import type { Field } from "../api/types";

/** The part of the settings that a kind uses, and its editor offers. */
export type Setting = keyof Settings;

export interface DashletProps {
  dashlet: Dashlet;
  /** Changes some of the dashlet's settings; they are saved with the dashboard. */
  change(settings: Partial<Settings>): void;
}

export interface DashletSpec {
  kind: DashletKind;
  /** As the menu of kinds names it: `Bar chart`. */
  title: string;
  /** What it is good for, in one sentence. */
  description: string;
  icon: ComponentType<{ size?: number | string; stroke?: number | string; className?: string }>;
  /** Columns (of 24) and rows that a new one takes. */
  size: { w: number; h: number };
  uses: readonly Setting[];
  /** Settings of a new one, from the fields that the run has. */
  initial(fields: Field[]): Partial<Settings>;
  /** A title from the settings, where the user gave none. */
  name(settings: Settings): string;
  /** Settings that no other kind has; below those that all share. */
  Editor?: ComponentType<DashletProps>;
  /** Draws it, below the title; fills its place. */
  Body: ComponentType<DashletProps>;
}

export const NO_SETTINGS: Settings = {
  x: null,
  y: null,
  color: null,
  columns: null,
  rows: null,
  measures: [],
  stacked: false,
  fields: [],
  sort: null,
  limit: null,
  source: null,
  labels: [],
  threshold: null,
  metrics: [],
  by: null,
  text: "",
  relative: null,
  absolute: false,
  logarithmic: false,
  smoothing: 0,
};
