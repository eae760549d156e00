import { useTheme } from "../explore/useEncoding";
import { number } from "../theme/format";
import { classColor } from "./colors";
import type { VisualProps } from "./VisualCard";
import classes from "./visuals.module.css";

/** Tokens, each with the heat it carries. */
export function TextVisual({ document, most: given }: VisualProps) {
  const tokens = document.tokens as string[];
  const heatmap = document.heatmap as (number | null)[] | null;
  const theme = useTheme();
  const most = given || Math.max(1e-12, ...(heatmap ?? []).map((heat) => Math.abs(heat ?? 0)));
  return (
    <>
      <p className={classes.text}>
        {tokens.map((token, at) =>
          token === "" ? null : (
            <span key={at} style={heatmap ? { background: heatColor((heatmap[at] ?? 0) / most, theme) } : undefined} title={heatmap ? `${token}: ${number(heatmap[at])}` : undefined} data-testid="token">
              {token}
            </span>
          ),
        )}
      </p>
      {heatmap && (
        <div className={classes.heatKey}>
          {heatmap.some((heat) => (heat ?? 0) < 0) && <i style={{ background: heatColor(-1, theme) }}>−{number(most, 2)}</i>}
          <i style={{ background: heatColor(1, theme) }}>{number(most, 2)}</i>
        </div>
      )}
    </>
  );
}

/** Orange raises, blue lowers; strength is opacity, so that the text stays readable. */
export function heatColor(share: number, theme: "dark" | "light"): string {
  const [red, green, blue] = share >= 0 ? (theme === "dark" ? [255, 130, 40] : [255, 120, 0]) : theme === "dark" ? [70, 140, 255] : [40, 110, 255];
  return `rgb(${red} ${green} ${blue} / ${(Math.min(1, Math.abs(share)) * 0.55).toFixed(3)})`;
}

/** Tokens, each marked with its class. */
export function TextMaskVisual({ document }: VisualProps) {
  const tokens = document.tokens as string[];
  const mask = document.mask as number[];
  const labels = document.labels as string[];
  const present = [...new Set(mask)].sort((a, b) => a - b);
  return (
    <>
      <p className={classes.text}>
        {tokens.map((token, at) =>
          token === "" ? null : (
            <span key={at} title={labels[mask[at]]} style={{ boxShadow: `inset 0 -3px ${classColor(mask[at])}` }} data-testid="token">
              {token}
            </span>
          ),
        )}
      </p>
      <div className={classes.legend}>
        {present.map((id) => (
          <span key={id}>
            <i style={{ background: classColor(id) }} />
            {labels[id] ?? `class ${id}`}
          </span>
        ))}
      </div>
    </>
  );
}
