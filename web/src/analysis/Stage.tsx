import { Button } from "@mantine/core";
import { IconCode } from "@tabler/icons-react";
import type { ApiError } from "../api/errors";
import type { SampleVisual } from "../api/types";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import classes from "./analysis.module.css";
import { ClassGrid, SideBySide } from "./Comparison";
import { LayerStrip } from "./LayerStrip";
import { MapFigure } from "./MapFigure";
import { mapAt, placesOf, type Told, visualOf } from "./maps";
import { Pair } from "./Pair";
import { Patience } from "./Patience";
import { Plain } from "./Plain";
import { isPicture } from "./SmallMap";
import { type Analysis, isPair } from "./state";
import { type Looked, unexplained } from "./useLooked";
import { inputsOf } from "./wiring";

interface Props {
  looked: Looked;
  analysis: Analysis;
  onChange: (part: Partial<Analysis>) => void;
}

/** The maps: one large for each input, or several side by side; below them the layers. */
export function Stage(props: Props) {
  const { looked, analysis, onChange } = props;
  const { row, sample, network, choices, answers, told } = looked;
  if (!sample || row === null) return <div className={classes.stage} />;
  const silence = unexplained(looked);
  if (silence) return <Unexplained error={silence} visuals={sample.visuals} />;
  if (isPair(analysis))
    return (
      <div className={classes.stage} data-testid="stage">
        <Pair here={looked} {...{ row, analysis, onChange }} />
        {told && placesOf(told.answer, network, sample.visuals).slice(0, 1).map((place) => <Strip key={place.over} {...props} told={told} over={place.over} visuals={place.visuals} />)}
      </div>
    );
  return (
    <div className={classes.stage} data-testid="stage">
      {answers.error !== null && <ErrorNotice error={answers.error} retry={answers.retry} />}
      {told?.answer.notes.map((note) => (
        <p key={note} className={classes.tell} role="note" data-testid="explain-note">
          {note}
        </p>
      ))}
      {!told && <Plain visuals={sample.visuals.filter(({ name }) => (inputsOf(network, name)?.length ?? 1) > 0)} />}
      {!told && answers.pending && choices.chosen && <Patience late="The first question opens the model, which takes a few seconds; those after it are quick.">Asking the model…</Patience>}
      {!choices.chosen && network && <p className={classes.note}>Nothing of this run can be explained: it has neither classes nor losses.</p>}
      {told && <Places {...props} told={told} visuals={sample.visuals} />}
    </div>
  );
}

function Places(props: Props & { told: Told; visuals: SampleVisual[] }) {
  const { looked, told, analysis, visuals, onChange } = props;
  const { network, choices, rivals, answers, shown } = looked;
  const places = placesOf(told.answer, network, visuals);
  if (places.length === 0) return <NoMaps {...props} />;
  const choice = choices.chosen;
  if (!choice) return null;
  return places.map((place) => {
    const { over } = place;
    const map = mapAt(told, over, analysis.layer);
    return (
      <section key={over} className={classes.input} data-compare={analysis.compare} data-testid="explained-input" data-over={over}>
        {places.length > 1 && <h3>{visualOf(over) ?? over}</h3>}
        {analysis.compare === "classes" && choices.classes.length > 0 ? (
          <ClassGrid shown={choices.classes.map((one) => ({ choice: one, told: answers.of(one.target) }))} place={place} analysis={analysis} onChoose={(target) => onChange({ target, compare: "one" })} />
        ) : analysis.compare === "truth" && rivals.length > 1 ? (
          <SideBySide shown={rivals.map(({ title, choice: one }) => ({ title, choice: one, told: answers.of(one.target) }))} place={place} analysis={analysis} />
        ) : map ? (
          <MapFigure {...{ map, told, choice, analysis }} {...place} most={null} />
        ) : (
          <>
            <Plain visuals={place.visuals} />
            <p className={classes.note}>The layer {shown} has no positions, so it has no map; its channels are on the right.</p>
          </>
        )}
        <Strip {...props} over={over} visuals={place.visuals} />
      </section>
    );
  });
}

function Strip({ looked: { choices, shown }, told, over, visuals, analysis, onChange }: Props & { told: Told; over: string; visuals: SampleVisual[] }) {
  return choices.chosen && <LayerStrip {...{ told, over, shown, analysis, onChange }} choice={choices.chosen} visual={visuals.find(isPicture)} />;
}

/** The method gave channels but no map: what to use instead. */
function NoMaps({ looked: { methods }, told, analysis, visuals, onChange }: Props & { told: Told; visuals: SampleVisual[] }) {
  const instead = methods?.find(({ over, why_not: not, name }) => over === "inputs" && not === null && name !== told.answer.method);
  return (
    <>
      <Plain visuals={visuals} />
      <EmptyState
        compact
        title={`${told.answer.title} has no map of this sample`}
        action={
          instead && (
            <Button onClick={() => onChange({ method: instead.name, layer: null })} data-testid="other-method">
              Use {instead.title}
            </Button>
          )
        }
      >
        {analysis.layers === null ? "The layers of this model" : "The layers it looked at"} have no positions that lie over an input, such as pixels, tokens or times. A method at the input says what each of its values does.
      </EmptyState>
    </>
  );
}

/** The model of the run cannot be opened again: why, and what to do. */
function Unexplained({ error, visuals }: { error: ApiError; visuals: SampleVisual[] }) {
  return (
    <div className={classes.stage} data-testid="unexplained">
      <div className={classes.unexplained}>
        <EmptyState compact icon={<IconCode size={22} stroke={1.5} />} title="The model cannot be asked about this run">
          {error.message} {error.fix}
        </EmptyState>
      </div>
      <Plain visuals={visuals} />
    </div>
  );
}
