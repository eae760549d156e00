import { PredictionCard } from "../samples/PredictionCard";
import { VisualCard } from "../visuals/VisualCard";
import classes from "./analysis.module.css";
import { Appearance } from "./Appearance";
import { ChannelBars } from "./ChannelBars";
import { FaithfulnessCard } from "./FaithfulnessCard";
import { channelsAt, inputsWithMaps, mapAt, placesOf } from "./maps";
import { type Analysis, isPair } from "./state";
import { type Looked, unexplained } from "./useLooked";

/** What goes with the map: how it looks, whether it is faithful, the channels behind it, and the rest of the sample. */
export function Evidence({ looked, analysis, onChange }: { looked: Looked; analysis: Analysis; onChange: (part: Partial<Analysis>) => void }) {
  const { row, sample, network, told, shown } = looked;
  const { chosen } = looked.choices;
  if (!sample || row === null) return <aside className={classes.side} />;
  const overs = told ? inputsWithMaps(told.answer) : [];
  const laid = new Set(told ? placesOf(told.answer, network, sample.visuals).flatMap(({ visuals }) => visuals.map(({ name }) => name)) : []);
  const others = told && overs.length > 0 ? sample.visuals.filter(({ name }) => !laid.has(name)) : [];
  const channels = told && channelsAt(told, shown);
  const silent = unexplained(looked) !== null;
  return (
    <aside className={classes.side} data-testid="evidence">
      {!silent && <Appearance analysis={analysis} signed={told?.answer.signed ?? analysis.signed} onChange={onChange} />}
      {(silent || !isPair(analysis)) && sample.predictions.map((prediction) => <PredictionCard key={prediction.name} prediction={prediction} />)}
      {told && chosen && overs.map((over) => {
        const map = mapAt(told, over, analysis.layer);
        return map && <FaithfulnessCard key={over} {...{ row, map, told, choice: chosen, analysis }} />;
      })}
      {told && channels && <ChannelBars {...{ channels, looked, told, analysis, onChange }} />}
      {others.map((visual) => (
        <VisualCard key={visual.name} visual={visual} />
      ))}
    </aside>
  );
}
