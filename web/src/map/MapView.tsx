import { type CSSProperties, useEffect, useEffectEvent, useRef } from "react";

import { PopulationMap } from "./populationMap";
import type { MapOptions } from "./types";

type Props = {
  /** Called with the map once it exists, and with null before it goes. */
  onMap: (map: PopulationMap | null) => void;
  options?: MapOptions;
  label?: string;
  className?: string;
  style?: CSSProperties;
};

/** A `PopulationMap` that fills its box. All further talk goes to the map itself, past React. */
export function MapView({ onMap, options, label = "Population map", className, style }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const tell = useEffectEvent(onMap);
  const build = useEffectEvent((canvas: HTMLCanvasElement, overlay: HTMLElement) => new PopulationMap(canvas, overlay, options));

  useEffect(() => {
    const parent = box.current;
    if (parent === null) return undefined;
    // Made by hand: a canvas whose WebGL context was given up cannot be used a second time.
    const canvas = document.createElement("canvas");
    const overlay = document.createElement("div");
    canvas.dataset.testid = "population-map";
    canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;display:block;outline-offset:-2px";
    overlay.style.cssText = "position:absolute;inset:0;overflow:hidden;pointer-events:none";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    parent.append(canvas, overlay);
    const map = build(canvas, overlay);
    tell(map);
    return () => {
      tell(null);
      map.destroy();
      canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
      canvas.remove();
      overlay.remove();
    };
  }, [label]);

  return <div ref={box} className={className} style={{ position: "relative", width: "100%", height: "100%", ...style }} />;
}
