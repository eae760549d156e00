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
  const weights = channels.channels.map((channel, at) => ({ channel, weight: channels.importance[at] })).filter(({ weight }) => weight !== 0);
  const most = Math.max(0, ...weights.map(({ weight }) => Math.abs(weight)));
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
        {countsMost(weights.length, channels)} To the left: against it. Choose one to see what it answers to.
      </p>
      <div className={classes.weights} role="toolbar" aria-label={`Channels of ${layer}`} aria-orientation="vertical" tabIndex={-1} onKeyDown={onKeyDown}>
        {weights.map(({ channel, weight }) => (
          <WeightBar key={channel} label={`#${channel}`} weight={weight} most={most} pressed={open?.channel === channel} onChoose={() => choose({ layer, channel })} />
        ))}
      </div>
      {open && <ChannelCard key={open.channel} channel={open} {...{ looked, told, analysis }} onClose={() => onChange({ channel: null })} />}
    </section>
  );
}

/** How many channels are listed: all that count where they are few, as those of a last layer, which may be one a class. */
function countsMost(shown: number, { channels, width }: ChannelImportance): string {
  if (shown === channels.length) return `The ${count(shown)} of ${count(width)} that count most for the target.`;
  return shown === 1 ? `Only one of ${count(width)} counts for the target.` : `Only ${count(shown)} of ${count(width)} count for the target.`;
}
