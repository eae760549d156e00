/** What the user looks at: one small state, all of it in the address bar. */
import { createStore, type StoreApi } from "zustand";
import { type Analysis, PLAIN } from "../analysis/state";
import type { Clause, Filter } from "../filters/types";
import { MAX_ROWS } from "../filters/types";
import type { SimilarsQuestion } from "../similars/question";

export type Point = [number, number];

export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Selection {
  polygons: Point[][];
  rows: number[];
}

export interface View {
  /** Map on show; null = the newest of the run. */
  map: string | null;
  /** Field of the colour; null = the default, "" = none. */
  color: string | null;
  /** Field of the size; null = the default, "" = none. */
  size: string | null;
  /** Fields in the hover card; null = the default. */
  hover: string[] | null;
  filter: Filter;
  selection: Selection;
  /** Row in the panel. */
  sample: number | null;
  camera: Camera | null;
  /** Hide what does not match, rather than grey it. */
  hide: boolean;
  /** Drawer with the samples of the selection. */
  drawer: boolean;
  layout: "grid" | "table";
  sort: { field: string; descending: boolean } | null;
  /** Fields in the table of samples, in order; null = the default. */
  columns: string[] | null;
  /** Whether lists of samples show the selection alone, where there is one. */
  narrow: boolean;
  /** The similars on show. */
  similars: SimilarsQuestion | null;
  /** Step of the network in its panel. */
  step: string | null;
  /** Latent space whose layers are lit in the network. */
  space: string | null;
  /** Whether the network is drawn with its operations; null = as its size allows. */
  operations: boolean | null;
  /** What the analysis of the sample shows. */
  analysis: Analysis;
  /** Other runs of the project that dashboards show beside this one. */
  versions: string[];
  /** Dashlet that fills the page. */
  dashlet: string | null;
}

export const NOTHING: Selection = { polygons: [], rows: [] };

export const INITIAL: View = {
  map: null,
  color: null,
  size: null,
  hover: null,
  filter: [],
  selection: NOTHING,
  sample: null,
  camera: null,
  hide: false,
  drawer: false,
  layout: "grid",
  sort: null,
  columns: null,
  narrow: true,
  similars: null,
  step: null,
  space: null,
  operations: null,
  analysis: PLAIN,
  versions: [],
  dashlet: null,
};

export interface ViewActions {
  set(part: Partial<View>): void;
  addClause(clause: Clause): void;
  replaceClause(index: number, clause: Clause): void;
  removeClause(index: number): void;
  /** Put one clause on a field in the place of those of the same kind it had. */
  setFieldClause(field: string, clause: Clause | null): void;
  /** Show one sample and select it alone. */
  open(row: number): void;
  /** Add a row to the selection, or take it out. */
  toggleRow(row: number): void;
  select(polygon: Point[], add: boolean): void;
  clear(): void;
}

export type ViewStore = StoreApi<View & ViewActions>;

export function createView(initial: Partial<View>): ViewStore {
  return createStore<View & ViewActions>()((set, get) => ({
    ...INITIAL,
    ...initial,
    set: (part) => set(part),
    addClause: (clause) => set({ filter: [...get().filter, clause] }),
    replaceClause: (index, clause) => set({ filter: get().filter.map((old, at) => (at === index ? clause : old)) }),
    removeClause: (index) => set({ filter: get().filter.filter((_, at) => at !== index) }),
    setFieldClause: (field, clause) => {
      const { filter } = get();
      const at = filter.findIndex((old) => old.kind === "compare" && old.field === field);
      if (at < 0) set({ filter: clause ? [...filter, clause] : filter });
      else set({ filter: filter.flatMap((old, place) => (place === at ? (clause ? [clause] : []) : [old])) });
    },
    open: (row) => set({ sample: row, selection: { polygons: [], rows: [row] }, narrow: true }),
    toggleRow: (row) => {
      const { selection } = get();
      const rows = selection.rows.includes(row)
        ? selection.rows.filter((other) => other !== row)
        : [...selection.rows, row].slice(-MAX_ROWS);
      const alone = rows.length === 1 && selection.polygons.length === 0;
      set({ selection: { ...selection, rows }, sample: alone ? rows[0] : null });
    },
    select: (polygon, add) => {
      const { selection } = get();
      const before = add ? selection : NOTHING;
      set({ selection: { polygons: [...before.polygons, polygon], rows: before.rows }, sample: null, narrow: true });
    },
    clear: () => set({ selection: NOTHING, sample: null, narrow: true }),
  }));
}

export function isEmpty(selection: Selection): boolean {
  return selection.polygons.length === 0 && selection.rows.length === 0;
}

/** The parts of the state, without the actions. */
export function stateOf(view: View): View {
  const state = {} as Record<string, unknown>;
  for (const key of Object.keys(INITIAL) as (keyof View)[]) state[key] = view[key];
  return state as unknown as View;
}
