import type { NetworkDetails, Sample } from "../api/types";
import { PredictionCard } from "../samples/PredictionCard";
import { VisualCard } from "../visuals/VisualCard";
import classes from "./analysis.module.css";
import { Appearance } from "./Appearance";
import { ChannelBars } from "./ChannelBars";
import { FaithfulnessCard } from "./FaithfulnessCard";
import { channelsAt, inputsWithMaps, mapAt, placesOf, type Told } from "./maps";
import type { Analysis } from "./state";
import type { Choice } from "./targets";

/** What goes with the map: how it looks, whether it is faithful, the channels behind it, and the rest of the sample. */
export function Evidence({ row, sample, network, chosen, told, shown, analysis, onChange }: {
  row: number;
  sample: Sample | undefined;
  network: NetworkDetails | undefined;
  chosen: Choice | undefined;
  told: Told | null;
  shown: string | null;
  analysis: Analysis;
  onChange: (part: Partial<Analysis>) => void;
}) {
  if (!sample) return <aside className={classes.side} />;
  const overs = told ? inputsWithMaps(told.answer) : [];
  const laid = new Set(told ? placesOf(told.answer, network, sample.visuals).flatMap(({ visuals }) => visuals.map(({ name }) => name)) : []);
  const others = told && overs.length > 0 ? sample.visuals.filter(({ name }) => !laid.has(name)) : [];
  const channels = told && channelsAt(told, shown);
  return (
    <aside className={classes.side} data-testid="evidence">
      <Appearance analysis={analysis} signed={told?.answer.signed ?? analysis.signed} onChange={onChange} />
      {sample.predictions.map((prediction) => (
        <PredictionCard key={prediction.name} prediction={prediction} />
      ))}
      {told && chosen && overs.map((over) => {
        const map = mapAt(told, over, analysis.layer);
        return map && <FaithfulnessCard key={over} {...{ row, map, told, choice: chosen, analysis }} />;
      })}
      {channels && <ChannelBars channels={channels} />}
      {others.map((visual) => (
        <VisualCard key={visual.name} visual={visual} />
      ))}
    </aside>
  );
}
