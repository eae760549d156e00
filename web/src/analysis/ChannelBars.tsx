import type { ChannelImportance } from "../api/types";
import { count } from "../theme/format";
import { shortName } from "../network/graph";
import panel from "../samples/panel.module.css";
import classes from "./analysis.module.css";
import { WeightBar } from "./AttributionBars";

/** The channels of a layer that count most for the target, for and against. */
export function ChannelBars({ channels }: { channels: ChannelImportance }) {
  const most = Math.max(0, ...channels.importance.map(Math.abs));
  return (
    <section className={panel.card} data-testid="channels" data-layer={channels.layer}>
      <h3 title={channels.layer}>Channels of {shortName(channels.layer, 30)}</h3>
      <p className={classes.note}>
        The {channels.channels.length} of {count(channels.width)} that count most for the target; to the left: against it.
      </p>
      <div className={classes.weights}>
        {channels.channels.map((channel, at) => (
          <WeightBar key={channel} label={`#${channel}`} weight={channels.importance[at]} most={most} />
        ))}
      </div>
    </section>
  );
}
