import { Button } from "@mantine/core";
import { IconCode } from "@tabler/icons-react";
import { ApiError } from "../api/errors";
import type { AttributionMethod, NetworkDetails, Sample, SampleVisual } from "../api/types";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { VisualCard } from "../visuals/VisualCard";
import classes from "./analysis.module.css";
import { ClassGrid, SideBySide } from "./Comparison";
import { LayerStrip } from "./LayerStrip";
import { MapFigure } from "./MapFigure";
import { mapAt, placesOf, type Told, visualOf } from "./maps";
import { Patience } from "./Patience";
import type { Rival } from "./rivals";
import { isPicture } from "./SmallMap";
import type { Analysis } from "./state";
import type { Answers } from "./useAnswers";
import type { Choices } from "./useChoices";
import { inputsOf } from "./wiring";

interface Props {
  sample: Sample | undefined;
  network: NetworkDetails | undefined;
  choices: Choices;
  answers: Answers;
  told: Told | null;
  /** The layer on show. */
  shown: string | null;
  analysis: Analysis;
  beside: Rival[];
  methods: AttributionMethod[] | undefined;
  onChange: (part: Partial<Analysis>) => void;
}

/** The maps: one large for each input, or several side by side; below them the layers. */
export function Stage(props: Props) {
  const { sample, network, choices, answers, told } = props;
  if (!sample) return <div className={classes.stage} />;
  if (!told && answers.error instanceof ApiError && answers.error.status === 404) return <Unexplained error={answers.error} visuals={sample.visuals} />;
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
      {told && <Told {...props} told={told} visuals={sample.visuals} />}
    </div>
  );
}

function Told({ network, choices, answers, told, shown, analysis, beside, methods, visuals, onChange }: Props & { told: Told; visuals: SampleVisual[] }) {
  const places = placesOf(told.answer, network, visuals);
  if (places.length === 0) return <NoMaps {...{ told, methods, analysis, visuals, onChange }} />;
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
        ) : analysis.compare === "truth" && beside.length > 1 ? (
          <SideBySide shown={beside.map(({ title, choice: one }) => ({ title, choice: one, told: answers.of(one.target) }))} place={place} analysis={analysis} />
        ) : map ? (
          <MapFigure {...{ map, told, choice, analysis }} {...place} most={null} />
        ) : (
          <>
            <Plain visuals={place.visuals} />
            <p className={classes.note}>The layer {shown} has no positions, so it has no map; its channels are on the right.</p>
          </>
        )}
        <LayerStrip {...{ told, choice, over, shown, analysis, onChange }} visual={place.visuals.find(isPicture)} />
      </section>
    );
  });
}

/** The visuals as they are, in the place where they will carry a map. */
function Plain({ visuals }: { visuals: SampleVisual[] }) {
  return (
    <div className={classes.figure}>
      {visuals.map((visual) => (
        <VisualCard key={visual.name} visual={visual} />
      ))}
    </div>
  );
}

/** The method gave channels but no map: what to use instead. */
function NoMaps({ told, methods, analysis, visuals, onChange }: Pick<Props, "methods" | "analysis" | "onChange"> & { told: Told; visuals: SampleVisual[] }) {
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
      <EmptyState compact icon={<IconCode size={22} stroke={1.5} />} title="The model cannot be asked about this run">
        {error.message} {error.fix}
      </EmptyState>
      <Plain visuals={visuals} />
    </div>
  );
}
