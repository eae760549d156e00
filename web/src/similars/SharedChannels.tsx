import { Button, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { explain } from "../api/errors";
import { sharedChannelsQuery } from "../api/queries";
import type { LayerChannels, Similars } from "../api/types";
import { walk } from "../analysis/channelKeys";
import { sameChannel } from "../channels/name";
import { useRun, useView } from "../explore/run";
import { count, number } from "../theme/format";
import classes from "./channels.module.css";
import type { SimilarsQuestion } from "./question";

const MOST_SAMPLES = 64;
/** This page, to the server: its newer question takes the place of its older one. */
const PAGE = Math.random().toString(36).slice(2);

/** The channels that queries and similars share most against the population; one of them can be shown on all of them. */
export function SharedChannels({ question, found }: { question: SimilarsQuestion; found: Similars }) {
  const set = useView((view) => view.set);
  const members = found.queries.length + found.rows.length;
  return (
    <section data-testid="shared-channels">
      <h3>Channels they share</h3>
      {question.channels ? (
        <Answer question={question} found={found} />
      ) : (
        <>
          <p className={classes.note}>What in the network answers to {members > MOST_SAMPLES ? `${MOST_SAMPLES} of them` : `these ${count(members)}`} more than to others. The model runs over them again.</p>
          <Button size="compact-xs" onClick={() => set({ similars: { ...question, channels: true } })} data-testid="find-channels">
            Find them
          </Button>
        </>
      )}
    </section>
  );
}

function Answer({ question, found }: { question: SimilarsQuestion; found: Similars }) {
  const { run } = useRun();
  const set = useView((view) => view.set);
  const { data, error } = useQuery(sharedChannelsQuery(run.id, { rows: [...found.queries, ...found.rows], space: found.space, slot: `shared channels ${PAGE}` }));
  const stop = () => set({ similars: { ...question, channels: false, channel: null } });
  if (error) {
    const { title, fix } = explain(error);
    return (
      <p className={classes.note} data-testid="no-shared-channels">
        {title} {fix}
      </p>
    );
  }
  if (!data)
    return (
      <p className={classes.late}>
        <Loader size={12} /> Running the model over them…
        <Button size="compact-xs" variant="subtle" color="gray" onClick={stop}>
          Cancel
        </Button>
      </p>
    );
  return <Layers question={question} layers={data.layers} looked={data.rows.length} />;
}

function Layers({ question, layers, looked }: { question: SimilarsQuestion; layers: LayerChannels[]; looked: number }) {
  const [chosen, choose] = useState<string | null>(null);
  const name = chosen ?? question.channel?.layer ?? usual(layers);
  const layer = layers.find((one) => one.name === name);
  return (
    <>
      <label className={classes.layer}>
        Layer
        <select value={name ?? ""} onChange={(event) => choose(event.currentTarget.value)} data-testid="shared-layer">
          {layers.map((one) => (
            <option key={one.name} value={one.name}>
              {one.channels.length === 0 ? "none" : `+${number(one.heights[0], 2)} σ`}: {one.name}
            </option>
          ))}
        </select>
      </label>
      {layer && <Bars question={question} layer={layer} />}
      <p className={classes.note}>Mean response over {count(looked)} of them, in standard deviations of all samples above their mean; the thin line: how much it varies among them.</p>
    </>
  );
}

function Bars({ question, layer: { name, channels, heights, spreads } }: { question: SimilarsQuestion; layer: LayerChannels }) {
  const set = useView((view) => view.set);
  const most = Math.max(...heights.map((height, at) => height + spreads[at]));
  const show = (channel: SimilarsQuestion["channel"]) => set({ similars: { ...question, channel } });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === "Escape" && question.channel) show(null);
    else if (!walk(event.key, event.currentTarget, question.channel !== null)) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own keys would close what is open
  };
  if (channels.length === 0) return <p className={classes.note}>No channel of this layer answers to nearly all of them more than to the usual sample.</p>;
  return (
    <div className={classes.bars} role="toolbar" aria-label={`Channels of ${name}`} aria-orientation="vertical" tabIndex={-1} onKeyDown={onKeyDown}>
      {channels.map((channel, at) => {
        const open = sameChannel(question.channel, { layer: name, channel });
        const [height, spread] = [heights[at], spreads[at]];
        return (
          <button
            type="button"
            key={channel}
            aria-pressed={open}
            onClick={() => show(open ? null : { layer: name, channel })}
            title={`Channel ${channel} of ${name}: ${number(height, 3)} ± ${number(spread, 2)} standard deviations above the mean of all samples. Show where it fires.`}
            data-testid="shared-channel"
          >
            <span>#{channel}</span>
            <div>
              <i style={{ width: `${(100 * height) / most}%` }} />
              <u style={{ left: `${(100 * (height - spread)) / most}%`, width: `${(200 * spread) / most}%` }} />
            </div>
            <b>+{number(height, 2)} σ</b>
          </button>
        );
      })}
    </div>
  );
}

/** The layer shown first: of those whose channels can be shown where they fire, the one that tells the group best. */
function usual(layers: LayerChannels[]): string | undefined {
  const some = layers.filter(({ channels }) => channels.length > 0);
  const placed = some.filter(({ placed: shown }) => shown);
  const among = placed.length > 0 ? placed : some;
  return [...among].sort((one, other) => floor(other) - floor(one))[0]?.name ?? layers.at(-1)?.name;
}

/** What nearly all of the group exceed, of the channel that it shares most. */
function floor({ heights, spreads }: LayerChannels): number {
  return heights[0] - spreads[0];
}
