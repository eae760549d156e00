import { useState } from "react";
import { type Grid, strongest } from "../heat/grid";
import { HeatCanvas } from "../heat/HeatCanvas";
import classes from "./samples.module.css";

interface Props {
  src: string | null;
  size: number | string;
  /** Heat over the picture, by its own strongest; of one axis: along its foot. */
  heat?: Grid | null;
  /** Whether the picture is of bars, one below the other: heat of one axis is along its side, a part a bar. */
  bars?: boolean;
}

/** A sample's picture in a square of fixed size; nothing jumps while it loads, and a sample without one shows that. */
export function Thumbnail({ src, size, heat, bars = false }: Props) {
  const [state, setState] = useState<{ src: string; failed: boolean; width: number; height: number } | null>(null);
  const current = state?.src === src ? state : null;
  return (
    <div className={classes.thumbnail} style={{ width: size, height: size }} data-failed={current?.failed || undefined}>
      {src && !current?.failed && (
        <img
          src={src}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setState({ src, failed: false, width, height })}
          onError={() => setState({ src, failed: true, width: 1, height: 1 })}
        />
      )}
      {current?.failed && <span>no picture</span>}
      {heat && current && <Over heat={heat} bars={bars} width={current.width} height={current.height} />}
    </div>
  );
}

/** Pixels along the longer side of what is laid over a picture. */
const FINE = 96;

function Over({ heat, bars, width, height }: { heat: Grid; bars: boolean; width: number; height: number }) {
  const style = { signed: false, ramp: "glow", most: strongest([heat]) } as const;
  if (heat.shape.length === 1 && bars) return <HeatCanvas grid={{ ...heat, shape: [...heat.shape, 1] }} width={1} height={heat.shape[0]} className={classes.heatSide} {...style} />;
  if (heat.shape.length === 1) return <HeatCanvas grid={{ ...heat, shape: [1, ...heat.shape] }} width={FINE} height={1} className={classes.heatStrip} {...style} />;
  const scale = FINE / Math.max(width, height);
  return <HeatCanvas grid={heat} width={Math.max(1, Math.round(width * scale))} height={Math.max(1, Math.round(height * scale))} className={classes.heat} {...style} />;
}
