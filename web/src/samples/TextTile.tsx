import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { excerpt, oneByOne } from "../analysis/laying";
import { inputsOf, positionsOf } from "../analysis/wiring";
import { networkQuery, sampleQuery } from "../api/queries";
import type { RunDetails } from "../api/types";
import { useRun } from "../explore/run";
import { useTheme } from "../explore/useEncoding";
import { type Grid, strongest } from "../heat/grid";
import { heatColor } from "../visuals/TextVisual";
import classes from "./samples.module.css";

const PICTURED = new Set(["image", "image_boxes", "image_mask", "graph"]);
/** Room that a token takes, in CSS pixels squared: a word of five letters. */
const TOKEN = 740;
/** Share of a text's strongest heat below which a token is not coloured. */
const FAINT = 0.08;

/** The visualizer that shows the samples of a run as texts; undefined: they have pictures, or no text. */
export function textOf({ visualizers }: RunDetails): string | undefined {
  if (visualizers.some(({ kind }) => kind !== null && kind !== undefined && PICTURED.has(kind))) return undefined;
  return visualizers.find(({ kind }) => kind === "text" || kind === "text_mask")?.name;
}

/** Whether the pictures of a run's samples are bars, one below the other: what is drawn where nothing else is. */
export function areBars({ visualizers }: RunDetails): boolean {
  return !visualizers.some(({ kind }) => kind !== null && kind !== undefined && PICTURED.has(kind)) && visualizers.some(({ kind }) => kind === "horizontal_bar");
}

/** A sample's text in little room: where most of the heat is, else its beginning. */
export function TextTile({ row, visualizer, width, height, heat }: { row: number; visualizer: string; width: number; height: number; heat: Grid | null }) {
  const { run, map } = useRun();
  const theme = useTheme();
  const sample = useQuery(sampleQuery(run.id, row, map?.id ?? null));
  const network = useQuery(networkQuery(run.id));
  const tokens = (sample.data?.visuals.find(({ name }) => name === visualizer)?.document.tokens ?? []) as string[];
  const over = inputsOf(network.data, visualizer)?.[0];
  const heats = heat && over !== undefined ? oneByOne(heat, tokens.length, positionsOf(network.data, over)) : null;
  const most = heat ? strongest([heat]) : 0;
  const shown = tokens.map((token, at) => ({ token, at, share: heats && most > 0 ? heats[at] / most : 0 })).filter(({ token }) => token !== "");
  const [from, to] = excerpt(
    shown.map(({ share }) => share),
    Math.max(4, Math.floor((width * height) / TOKEN)),
  );
  return (
    <div className={classes.textTile} style={{ width, height }} data-testid="text-tile">
      {from > 0 && "… "}
      {shown.slice(from, to).map(({ token, at, share }) => (
        <Fragment key={at}>
          <span style={Math.abs(share) < FAINT ? undefined : { background: heatColor(share, theme) }}>{token}</span>{" "}
        </Fragment>
      ))}
      {to < shown.length && "…"}
    </div>
  );
}
