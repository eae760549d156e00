import { useState } from "react";
import classes from "./samples.module.css";

/** A sample's picture in a square of fixed size; nothing jumps while it loads, and a sample without one shows that. */
export function Thumbnail({ src, size }: { src: string | null; size: number | string }) {
  const [state, setState] = useState<{ src: string; failed: boolean } | null>(null);
  const failed = state?.src === src && state?.failed;
  return (
    <div className={classes.thumbnail} style={{ width: size, height: size }} data-failed={failed || undefined}>
      {src && !failed && <img src={src} alt="" loading="lazy" decoding="async" draggable={false} onError={() => setState({ src, failed: true })} />}
      {failed && <span>no picture</span>}
    </div>
  );
}
