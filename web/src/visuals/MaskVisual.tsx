import { Slider } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { address } from "../api/client";
import { classColor } from "./colors";
import { Frame, sizeOf } from "./Frame";
import type { VisualProps } from "./VisualCard";
import classes from "./visuals.module.css";

/** A picture under its mask of classes, each of which can be switched off. */
export function MaskVisual({ document, images, over }: VisualProps) {
  const labels = document.labels as string[];
  const { width, height } = sizeOf(document);
  const [opacity, setOpacity] = useState(0.55);
  const [off, setOff] = useState<ReadonlySet<number>>(() => new Set(labels.flatMap((label, id) => (/^(background|void|none)$/i.test(label) ? [id] : []))));
  const { ids, problem } = useMask(images[1]);
  const present = ids ? presentIn(ids.data) : [];
  const toggle = (id: number) => setOff((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  return (
    <>
      <Frame src={images[0]} width={width} height={height}>
        {ids && <Paint ids={ids} off={off} opacity={opacity} />}
        {over}
      </Frame>
      {problem && <p className={classes.note}>{problem}</p>}
      <div className={classes.slider}>
        <span>Mask</span>
        <Slider size="xs" min={0} max={1} step={0.05} value={opacity} onChange={setOpacity} label={null} aria-label="Opacity of the mask" style={{ flex: 1 }} />
      </div>
      <div className={classes.legend}>
        {present.map(({ id, share }) => (
          <button type="button" key={id} aria-pressed={!off.has(id)} onClick={() => toggle(id)}>
            <i style={{ background: classColor(id) }} />
            {labels[id] ?? `class ${id}`} <em>{Math.round(share * 100)} %</em>
          </button>
        ))}
      </div>
    </>
  );
}

interface Ids {
  /** Class of each pixel, row by row. */
  data: Uint8Array;
  width: number;
  height: number;
}

/** The class ids of a plane, exactly as stored. */
function useMask(src: string | undefined): { ids: Ids | null; problem: string | null } {
  const [state, setState] = useState<{ ids: Ids | null; problem: string | null }>({ ids: null, problem: null });
  useEffect(() => {
    if (!src) return;
    let stale = false;
    void read(address(src)).then(
      (ids) => !stale && setState({ ids, problem: null }),
      (error: unknown) => !stale && setState({ ids: null, problem: `The mask could not be loaded: ${String(error)}` }),
    );
    return () => {
      stale = true;
    };
  }, [src]);
  return state;
}

/** The class ids of a plane. */
export async function read(src: string): Promise<Ids> {
  const blob = await (await fetch(src, { credentials: "same-origin" })).blob();
  // Without colour conversion the grey of a pixel is its class.
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height);
  for (let at = 0; at < data.length; at++) data[at] = pixels[at * 4];
  return { data, width, height };
}

export function presentIn(data: Uint8Array): { id: number; share: number }[] {
  const counts = new Uint32Array(256);
  for (const id of data) counts[id]++;
  return [...counts.keys()].filter((id) => counts[id] > 0).map((id) => ({ id, share: counts[id] / data.length }));
}

function Paint({ ids, off, opacity }: { ids: Ids; off: ReadonlySet<number>; opacity: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(ids.width, ids.height);
    const table = Array.from({ length: 256 }, (_, id) => Number.parseInt(classColor(id).slice(1), 16));
    for (let at = 0; at < ids.data.length; at++) {
      const id = ids.data[at];
      if (off.has(id)) continue;
      image.data[at * 4] = table[id] >> 16;
      image.data[at * 4 + 1] = (table[id] >> 8) & 255;
      image.data[at * 4 + 2] = table[id] & 255;
      image.data[at * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [ids, off]);
  return <canvas ref={canvas} width={ids.width} height={ids.height} className={classes.mask} style={{ opacity }} />;
}
