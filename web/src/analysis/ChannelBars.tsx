import type { KeyboardEvent } from "react";
import { type ChannelName, sameChannel } from "../channels/name";
import type { ChannelImportance } from "../api/types";
import { count } from "../theme/format";
import { shortName } from "../network/graph";
import panel from "../samples/panel.module.css";
import { WeightBar } from "./AttributionBars";
import classes from "./analysis.module.css";
import { ChannelCard } from "./ChannelCard";
import { walk } from "./channelKeys";
import type { Told } from "./maps";
import type { Analysis } from "./state";
import type { Looked } from "./useLooked";

interface Props {
  channels: ChannelImportance;
  looked: Looked;
  told: Told;
  analysis: Analysis;
  onChange: (part: Partial<Analysis>) => void;
}

/** The channels of a layer that count most for the target, for and against; one of them can be opened. */
export function ChannelBars({ channels, looked, told, analysis, onChange }: Props) {
  const { layer } = channels;
  const most = Math.max(0, ...channels.importance.map(Math.abs));
  const open = analysis.channel?.layer === layer ? analysis.channel : null;
  const choose = (channel: ChannelName | null) => onChange({ channel: sameChannel(channel, open) ? null : channel });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === "Escape" && open) onChange({ channel: null });
    else if (!walk(event.key, event.currentTarget, open !== null)) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own keys step through samples, or close it
  };
  return (
    <section className={panel.card} data-testid="channels" data-layer={layer}>
      <h3 title={layer}>Channels of {shortName(layer, 30)}</h3>
      <p className={classes.note}>
        The {channels.channels.length} of {count(channels.width)} that count most for the target; to the left: against it. Choose one to see what it answers to.
      </p>
      <div className={classes.weights} role="toolbar" aria-label={`Channels of ${layer}`} aria-orientation="vertical" tabIndex={-1} onKeyDown={onKeyDown}>
        {channels.channels.map((channel, at) => (
          <WeightBar key={channel} label={`#${channel}`} weight={channels.importance[at]} most={most} pressed={open?.channel === channel} onChoose={() => choose({ layer, channel })} />
        ))}
      </div>
      {open && <ChannelCard key={open.channel} channel={open} {...{ looked, told, analysis }} onClose={() => onChange({ channel: null })} />}
    </section>
  );
}
