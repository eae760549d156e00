import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { coordinatesQuery } from "../api/queries";
import type { Field, MapInfo } from "../api/types";
import { rowsOf } from "../filters/bits";
import { useMatching, useSelected } from "../filters/hooks";
import { PopulationMap } from "../map/populationMap";
import type { MapLabel } from "../map/types";
import { ErrorNotice } from "../shell/ErrorNotice";
import { useUi } from "../shell/ui";
import { labelOf } from "./clusterLabel";
import { clustersWithMatches } from "./clusterMatches";
import { type Coloring, colorOf } from "./coloring";
import classes from "./explore.module.css";
import { HoverCard } from "./HoverCard";
import { useMapHandle } from "./mapHandle";
import { simplify } from "./polygon";
import { useColumn, useField, useRun, useView } from "./run";
import { useCamera } from "./useCamera";
import { useCovered } from "./useCovered";
import { useColoring, useSizing, useTheme } from "./useEncoding";

export interface Hovered {
  row: number;
  x: number;
  y: number;
}

const NO_ROWS = new Uint32Array(0);

/** The map with everything that is drawn on it; what the user does on it goes into the view. */
export function MapCanvas({ map }: { map: MapInfo }) {
  const { run } = useRun();
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<PopulationMap | null>(null);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const coordinates = useQuery(coordinatesQuery(run.id, map.id));
  const theme = useTheme();

  useEffect(() => {
    const made = new PopulationMap(canvas.current as HTMLCanvasElement, overlay.current as HTMLElement, { theme });
    setDrawing(made);
    useMapHandle.setState({ map: made });
    // Tests ask the map what it drew: a canvas cannot be asserted on.
    Object.assign(window, { perceptaMap: made });
    return () => {
      made.destroy();
      useMapHandle.setState({ map: null });
      setDrawing(null);
    };
    // The theme is followed below.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => drawing?.setTheme(theme), [drawing, theme]);
  useGestures(drawing, setHovered);
  useCamera(drawing, canvas.current, coordinates.data);
  useAppearance(drawing, map);
  useCovered(drawing, canvas.current);
  return (
    <div className={classes.canvasBox} data-testid="map" data-ready={coordinates.isSuccess || undefined}>
      <canvas ref={canvas} className={classes.canvas} tabIndex={-1} aria-label={`Map of ${map.n} samples`} />
      <div ref={overlay} className={classes.overlay} />
      {coordinates.isError && (
        <div className={classes.onMap}>
          <ErrorNotice error={coordinates.error} retry={() => void coordinates.refetch()} />
        </div>
      )}
      {coordinates.isPending && <div className={classes.mapLoading}>Loading the map…</div>}
      {hovered && <HoverCard {...hovered} />}
    </div>
  );
}

function useGestures(drawing: PopulationMap | null, setHovered: (hovered: Hovered | null) => void): void {
  const { store } = useRun();
  const mode = useUi((ui) => ui.mode);
  useEffect(() => drawing?.setMode(mode), [drawing, mode]);
  useEffect(() => {
    if (!drawing) return;
    const stops = [
      drawing.on("hover", ({ row, x, y }) => setHovered(row === null ? null : { row, x, y })),
      drawing.on("click", ({ row, shift, meta }) => {
        if (row === null) return;
        const view = store.getState();
        if (shift || meta) view.toggleRow(row);
        else view.open(row);
        useUi.getState().set({ panel: true });
      }),
      drawing.on("lasso", ({ polygon, shift, meta }) => {
        store.getState().select(simplify(polygon), shift || meta);
        useUi.getState().set({ panel: true });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      setHovered(null);
    };
  }, [drawing, store, setHovered]);
}

function useAppearance(drawing: PopulationMap | null, map: MapInfo): void {
  const { field: colorField, coloring } = useColoring();
  const { field: sizeField, sizing } = useSizing();
  const { set: matching } = useMatching();
  const selected = useSelected();
  const hide = useView((view) => view.hide);
  useEffect(() => {
    if (!drawing || !coloring) return;
    drawing.setColor(coloring);
  }, [drawing, coloring]);
  useEffect(() => {
    if (!drawing) return;
    if (!sizeField) drawing.setSize(null);
    else if (sizing !== undefined) drawing.setSize(sizing);
  }, [drawing, sizeField, sizing]);
  const bits = matching === null ? null : matching?.bits;
  const live = useClustersWithMatches(map, bits);
  const labels = useMemo(() => labelsOf(map, colorField, coloring, live, hide), [map, colorField, coloring, live, hide]);
  useEffect(() => drawing?.setLabels(labels), [drawing, labels]);
  useEffect(() => {
    if (bits !== undefined) drawing?.setMask(bits, hide ? "hide" : "grey");
  }, [drawing, bits, hide]);
  const rows = useMemo(() => (selected ? rowsOf(selected.bits) : NO_ROWS), [selected]);
  useEffect(() => drawing?.setSelection(rows), [drawing, rows, map.id]);
  const sample = useView((view) => view.sample);
  useEffect(() => drawing?.setHovered(sample), [drawing, sample]);
}

/** The clusters in which samples match; null = all, or not known. */
function useClustersWithMatches(map: MapInfo, bits: Uint8Array | null | undefined): Set<string> | null {
  const cluster = useField("cluster");
  const subcluster = useField("subcluster");
  const filtered = bits !== null && bits !== undefined;
  const { column: first } = useColumn(filtered ? cluster : undefined);
  const { column: second } = useColumn(filtered && map.clusters.some(({ parent }) => parent !== null) ? subcluster : undefined);
  return useMemo(() => {
    if (!bits) return null;
    const known = [first, second].map((column) => (column?.type === "string" ? column : undefined));
    return clustersWithMatches(map.clusters, bits, known[0], known[1]);
  }, [map, bits, first, second]);
}

/** Names of clusters at their places; sub-clusters appear when one looks closer. */
function labelsOf(map: MapInfo, field: Field | undefined, coloring: Coloring | undefined, live: Set<string> | null, hide: boolean): MapLabel[] {
  const named = hide && live ? map.clusters.filter(({ id }) => live.has(id)) : map.clusters;
  return named.map((cluster) => {
    const color = field?.name === "cluster" && coloring ? colorOf(coloring, cluster.name) : null;
    return {
      x: cluster.x,
      y: cluster.y,
      text: labelOf(cluster, map.clusters),
      weight: cluster.size,
      ...(color !== null && { color }),
      ...(live && !live.has(cluster.id) && { faint: true }),
      ...(cluster.parent !== null && { minZoom: 3 }),
    };
  });
}
