import { useEffect } from "react";
import type { PopulationMap } from "../map/populationMap";
import { boundsOf, homeOf, near, partOf, type Size } from "./home";
import { useMapHandle } from "./mapHandle";
import { useRun, useView } from "./run";
import type { Camera } from "./view";

const PAUSE = 400;

/** Places the dots, and keeps camera and view the same: null in the view is the whole map. */
export function useCamera(drawing: PopulationMap | null, canvas: HTMLCanvasElement | null, at: { x: Float32Array; y: Float32Array } | undefined): void {
  const { store } = useRun();
  const camera = useView((view) => view.camera);

  useEffect(() => {
    if (!drawing || !canvas || !at) return;
    const bounds = boundsOf(at);
    const size = (): Size => ({ width: canvas.clientWidth, height: canvas.clientHeight });
    const home = () => bounds && homeOf(bounds, size());
    const goHome = () => {
      const to = home();
      if (to) drawing.zoomTo(partOf(to, size()));
      else drawing.fit();
    };
    const stand = () => {
      const to: Camera | null = store.getState().camera ?? home();
      if (to) drawing.camera = { x: to.x, y: to.y, zoom: to.zoom };
    };
    drawing.setPositions(at.x, at.y);
    stand();
    useMapHandle.setState({ goHome });

    let timer = 0;
    const stop = drawing.on("camera", ({ x, y, zoom }) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const to = home();
        const next = to && near({ x, y, zoom }, to) ? null : { x, y, zoom };
        const known = store.getState().camera;
        if (next === null ? known !== null : known === null || !near(next, known)) store.getState().set({ camera: next });
      }, PAUSE);
    });
    const resized = new ResizeObserver(() => {
      if (store.getState().camera === null) stand();
    });
    resized.observe(canvas);
    return () => {
      stop();
      resized.disconnect();
      window.clearTimeout(timer);
      useMapHandle.setState({ goHome: null });
    };
  }, [drawing, canvas, at, store]);

  // Back and links move the camera; the map's own movements arrive here too, and change nothing.
  useEffect(() => {
    if (!drawing || !canvas || !at) return;
    const bounds = boundsOf(at);
    const to = camera ?? (bounds && homeOf(bounds, { width: canvas.clientWidth, height: canvas.clientHeight }));
    if (to && !near(drawing.camera, to)) drawing.camera = { x: to.x, y: to.y, zoom: to.zoom };
    // Only a change of the view's camera moves the map.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [camera]);
}
