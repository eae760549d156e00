import { useQuery } from "@tanstack/react-query";
import { coordinatesQuery } from "../api/queries";
import { rowsOf } from "../filters/bits";
import { useSelected } from "../filters/hooks";
import { useMapHandle } from "./mapHandle";
import { useRun } from "./run";

/** Moves the map to the selection; null while nothing is selected. */
export function useZoomToSelection(): (() => void) | null {
  const { run, map } = useRun();
  const drawing = useMapHandle((handle) => handle.map);
  const selected = useSelected();
  const coordinates = useQuery({ ...coordinatesQuery(run.id, map?.id ?? ""), enabled: map !== null });
  const at = coordinates.data;
  if (!selected || selected.count === 0 || !at || !drawing) return null;
  return () => {
    const rows = rowsOf(selected.bits);
    if (rows.length === 1) return drawing.zoomTo(rows[0]);
    const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const row of rows) {
      if (Number.isNaN(at.x[row])) continue;
      bounds.minX = Math.min(bounds.minX, at.x[row]);
      bounds.maxX = Math.max(bounds.maxX, at.x[row]);
      bounds.minY = Math.min(bounds.minY, at.y[row]);
      bounds.maxY = Math.max(bounds.maxY, at.y[row]);
    }
    if (bounds.minX <= bounds.maxX) drawing.zoomTo(bounds);
  };
}
