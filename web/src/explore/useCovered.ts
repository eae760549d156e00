import { useEffect } from "react";
import type { PopulationMap } from "../map/populationMap";

/** Tells the map where the page's controls lie over it (the children of `data-over-map`), so that no name goes there. */
export function useCovered(drawing: PopulationMap | null, canvas: HTMLCanvasElement | null): void {
  useEffect(() => {
    const hosts = [...(canvas?.closest("[data-stage]")?.querySelectorAll("[data-over-map]") ?? [])];
    if (!drawing || !canvas || hosts.length === 0) return;
    const tell = () => {
      const at = canvas.getBoundingClientRect();
      const boxes = hosts.flatMap((host) => [...host.children]).map((element) => element.getBoundingClientRect());
      drawing.setCovered(
        boxes.map((box) => ({ left: box.left - at.left, top: box.top - at.top, right: box.right - at.left, bottom: box.bottom - at.top })),
      );
    };
    const resized = new ResizeObserver(tell);
    const watch = () => {
      resized.disconnect();
      for (const element of [canvas, ...hosts.flatMap((host) => [...host.children])]) resized.observe(element);
    };
    const changed = new MutationObserver(watch);
    for (const host of hosts) changed.observe(host, { childList: true });
    watch();
    return () => {
      resized.disconnect();
      changed.disconnect();
    };
  }, [drawing, canvas]);
}
