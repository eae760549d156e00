import { useQuery } from "@tanstack/react-query";
import { useOpenAnalysis } from "../analysis/useOpenAnalysis";
import { coordinatesQuery } from "../api/queries";
import { rowsOf } from "../filters/bits";
import { useMatching, useSelected } from "../filters/hooks";
import { MAX_ROWS } from "../filters/types";
import { useChosenRows, useFetchSimilars, useSimilars } from "../similars/useSimilars";
import { useOrder } from "../samples/useOrder";
import { useKeys } from "../shell/keys";
import { useOpenTells } from "../tells/useTells";
import { useUi } from "../shell/ui";
import { useMapHandle } from "./mapHandle";
import { useRun, useView } from "./run";
import { isEmpty } from "./view";
import { useZoomToSelection } from "./useZoomToSelection";

/** The keys of a run's views. */
export function useRunKeys(): void {
  const { store } = useRun();
  const ui = useUi((state) => state.set);
  const home = useMapHandle((handle) => handle.goHome);
  const zoom = useZoomToSelection();
  const step = useStep();
  const narrow = useNarrow();
  const chosen = useChosenRows();
  const fetchSimilars = useFetchSimilars();
  const analyze = useOpenAnalysis();
  const tells = useOpenTells();
  useKeys({
    a: analyze,
    w: tells,
    v: () => ui({ mode: "pan" }),
    l: () => ui({ mode: "lasso" }),
    b: () => ui({ mode: "box" }),
    p: () => ui({ panel: !useUi.getState().panel }),
    "0": () => home?.(),
    z: () => zoom?.(),
    h: () => store.getState().set({ hide: !store.getState().hide }),
    g: () => store.getState().set({ drawer: !store.getState().drawer, similars: null }),
    s: () => (chosen.length > 0 ? fetchSimilars(chosen) : ui({ panel: true })),
    i: () => narrow?.(false),
    x: () => narrow?.(true),
    arrowright: () => step(1),
    arrowleft: () => step(-1),
    escape: () => {
      if (useUi.getState().mode !== "pan") ui({ mode: "pan" });
      else if (store.getState().similars) store.getState().set({ similars: null });
      else store.getState().clear();
    },
  });
}

/** Walks the samples that the gallery shows, in its order. */
export function useStep(): (by: 1 | -1) => void {
  const { store } = useRun();
  const { rows: ordered, what } = useOrder();
  const { found } = useSimilars();
  const rows = found?.rows ?? ordered;
  return (by) => {
    if (!rows || rows.length === 0) return;
    const { sample, set, open } = store.getState();
    const here = sample === null ? -1 : rows.indexOf(sample);
    const next = here < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[(here + by + rows.length) % rows.length];
    if (found || what === "selected") set({ sample: next });
    else open(next);
  };
}

/** Turns the selection into a clause of the filter; null while nothing is selected. */
export function useNarrow(): ((leaveOut: boolean) => void) | null {
  const { run, map, store } = useRun();
  const selected = useSelected();
  const { set: matching } = useMatching();
  const coordinates = useQuery({ ...coordinatesQuery(run.id, map?.id ?? ""), enabled: map !== null });
  const selection = useView((view) => view.selection);
  if (isEmpty(selection) || !selected || matching === undefined) return null;
  return (leaveOut) => {
    const { addClause, clear, filter } = store.getState();
    const flag = leaveOut ? { negate: true as const } : {};
    const { polygons, rows } = selection;
    if (polygons.length === 1 && rows.length === 0 && map && coordinates.data)
      addClause({ kind: "lasso", map: map.id, polygon: polygons[0], ...flag });
    else if (selected.count <= MAX_ROWS) addClause({ kind: "rows", rows: [...rowsOf(selected.bits)], ...flag });
    else return;
    if (filter.length < store.getState().filter.length) clear();
  };
}
