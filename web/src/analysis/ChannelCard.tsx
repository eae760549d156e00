import { ActionIcon, Skeleton } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { thumbnail } from "../api/client";
import { activationsQuery, channelSamplesQuery } from "../api/queries";
import type { Activations, ChannelSamples, HeatMap, SampleVisual } from "../api/types";
import type { ChannelName } from "../channels/name";
import { useView } from "../explore/run";
import { strongest } from "../heat/grid";
import { shortName } from "../network/graph";
import { Thumbnail } from "../samples/Thumbnail";
import { ErrorNotice } from "../shell/ErrorNotice";
import { shownMap } from "../similars/heat";
import { number, percent } from "../theme/format";
import { VisualCard } from "../visuals/VisualCard";
import { ChannelTexts } from "./ChannelTexts";
import classes from "./channels.module.css";
import { HeatVisual } from "./HeatVisual";
import { read } from "./laying";
import { gridOf, type Place, placesOf, type Told } from "./maps";
import type { Analysis } from "./state";
import type { Looked } from "./useLooked";

/** This page, to the server: its newer question takes the place of its older one. */
const PAGE = Math.random().toString(36).slice(2);

/** Samples that a run keeps of each channel. */
const KEPT = 9;

const MORE = " All of these respond alike, as more samples may: the first of the run are shown.";

/** A channel: where it fires for the sample, and the samples of the run that excite it most. */
export function ChannelCard({ channel, looked, told, analysis, onClose }: { channel: ChannelName; looked: Looked; told: Told; analysis: Analysis; onClose: () => void }) {
  const { row } = looked;
  const asked = { layer: channel.layer, channels: [channel.channel] };
  const here = useQuery({ ...activationsQuery(told.run.id, { ...asked, rows: [row ?? 0], slot: `channel ${PAGE}` }), enabled: row !== null });
  const best = useQuery(channelSamplesQuery(told.run.id, channel.layer, channel.channel));
  const place = placesOf(told.answer, looked.network, looked.sample?.visuals ?? []).find(({ visuals }) => visuals.length > 0);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    top.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div className={classes.card} data-testid="channel" data-channel={channel.channel}>
      <div ref={top}>
        <header>
          <h4 title={channel.layer}>
            Channel #{channel.channel} of {shortName(channel.layer, 24)}
          </h4>
          <ActionIcon size={20} variant="subtle" color="gray" aria-label="Close the channel" onClick={onClose} data-testid="close-channel">
            <IconX size={12} />
          </ActionIcon>
        </header>
        {here.error !== null && <ErrorNotice error={here.error} retry={() => void here.refetch()} />}
        {place && <Here place={place} analysis={analysis} fires={here.data} />}
      </div>
      {here.data && <p className={classes.told}>{responseTold(here.data.responses[0][0], here.data.maps.length > 0, best.data)}</p>}
      <h5>What excites it most in this run</h5>
      {best.error !== null && <ErrorNotice error={best.error} retry={() => void best.refetch()} />}
      {best.data ? <Exciting best={best.data} run={told.run.id} row={row} place={place} /> : <Skeleton height={270} />}
    </div>
  );
}

/** The channel's activation over what shows its input; without it until it is known. */
function Here({ place, analysis, fires }: { place: Place; analysis: Analysis; fires: Activations | undefined }) {
  const map = fires?.maps.find(({ over }) => over === place.over);
  return <div className={classes.here}>{map ? <Firing map={map} visual={place.visuals[0]} positions={place.positions} analysis={analysis} /> : <VisualCard visual={place.visuals[0]} />}</div>;
}

function Firing({ map, visual, positions, analysis }: { map: HeatMap; visual: SampleVisual; positions: number | null; analysis: Analysis }) {
  // Below nothing a channel does not fire: what follows it seldom lets that through.
  const grid = useMemo(() => read(gridOf(map), "raises"), [map]);
  const heat = { grid, signed: false, ramp: analysis.ramp, most: strongest([grid]), opacity: analysis.overlay ? analysis.opacity : 0 };
  return <HeatVisual visual={visual} heat={heat} positions={positions} />;
}

/** Whether the channel responds no more strongly than this, so that nine samples are only the first of many. */
function saturated(samples: ChannelSamples["samples"]): boolean {
  return samples.length >= KEPT && samples[0].response === samples[KEPT - 1].response;
}

/** How strongly the channel responds to the sample, in words. */
function responseTold(response: number, placed: boolean, best: ChannelSamples | undefined): string {
  const most = best?.samples[0]?.response;
  const at = placed ? " at its strongest place" : "";
  if (response <= 0) return `It does not fire here: its response is ${number(response, 3)}${at}.`;
  if (most === undefined || most <= 0) return `It responds ${number(response, 3)}${at}.`;
  // Alone or in a batch, the model's numbers agree to some digits.
  if (response >= most * (1 - 1e-4)) return `It responds ${number(response, 3)}${at}, as strongly as to any sample of this run.`;
  return `It responds ${number(response, 3)}${at}, ${percent(response / most)} of the strongest in this run (${number(most, 3)}).`;
}

/** The samples that excite the channel most, each with its activation over it; a click opens one. */
function Exciting({ best, run, row: shown, place }: { best: ChannelSamples; run: string; row: number | null; place: Place | undefined }) {
  const set = useView((view) => view.set);
  const { layer, channel, samples, why_not: whyNot } = best;
  const rows = samples.map(({ row }) => row);
  const fires = useQuery({ ...activationsQuery(run, { rows, layer, channels: [channel], slot: `channel samples ${PAGE}` }), enabled: rows.length > 0 });
  const grids = useMemo(() => new Map(fires.data?.rows.map((row) => [row, shownMap(fires.data.maps.filter((map) => map.row === row))])), [fires.data]);
  if (whyNot !== null) return <p className={classes.told}>{whyNot}</p>;
  if (rows.length === 0) return <p className={classes.told}>No sample has a response that is a number.</p>;
  const [visual] = place?.visuals ?? [];
  if (place && visual && (visual.kind === "text" || visual.kind === "text_mask"))
    return (
      <>
        <ChannelTexts {...{ run, samples, grids }} visual={visual.name} positions={place.positions} row={shown} />
        <p className={classes.told}>
          The words around the greatest response.
          {saturated(samples) && MORE}
        </p>
      </>
    );
  return (
    <>
      <div className={classes.samples}>
        {samples.map(({ row, response }) => (
          <button type="button" key={row} onClick={() => set({ sample: row })} data-here={row === shown || undefined} data-testid="exciting" data-row={row} title={`Row ${row}: responds ${number(response)}. Open it.`}>
            <i>
              <Thumbnail src={thumbnail(run, row)} size="100%" heat={grids.get(row)} />
            </i>
            <span>{number(response, 3)}</span>
          </button>
        ))}
      </div>
      <p className={classes.told}>
        The greatest response over positions; the colours of each picture go to its own strongest.
        {saturated(samples) && MORE}
      </p>
    </>
  );
}
