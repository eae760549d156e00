import { Skeleton } from "@mantine/core";
import { IconFocusCentered } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { methodsQuery, networkQuery, sampleQuery } from "../api/queries";
import type { Sample } from "../api/types";
import { useRun, useView } from "../explore/run";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import classes from "./analysis.module.css";
import { AnalyzeBar } from "./AnalyzeBar";
import { Evidence } from "./Evidence";
import { mapAt } from "./maps";
import { MethodMenu } from "./MethodMenu";
import { paceOf } from "./pace";
import { PredictionPicker } from "./PredictionPicker";
import { Stage } from "./Stage";
import { TargetTabs } from "./TargetTabs";
import { rivals } from "./rivals";
import { useAnalysis } from "./useAnalysis";
import { useAnalyzeKeys } from "./useAnalyzeKeys";
import { useAnswers } from "./useAnswers";
import { useChoices } from "./useChoices";
import { useSeen } from "./useSeen";

/** What a pass for gradients costs, while the methods are not known yet. */
const USUAL_FORWARDS = 3;

/** Why the model said what it said of one sample. */
export function AnalyzePage() {
  const { run, map } = useRun();
  const row = useView((view) => view.sample);
  const sample = useQuery({ ...sampleQuery(run.id, row ?? 0, map?.id ?? null), enabled: row !== null });
  if (row === null)
    return (
      <EmptyState
        icon={<IconFocusCentered size={22} stroke={1.5} />}
        title="No sample is chosen"
        action={
          <Link to="/runs/$run" params={{ run: run.id }}>
            Choose one on the map
          </Link>
        }
      >
        Choose a sample on the map or among the samples, and press A to see what the model's answer rests on.
      </EmptyState>
    );
  if (sample.isError) return <ErrorNotice error={sample.error} retry={() => void sample.refetch()} />;
  return <Analyzing row={row} sample={sample.data} />;
}

function Analyzing({ row, sample }: { row: number; sample: Sample | undefined }) {
  const { run } = useRun();
  const [analysis, change] = useAnalysis();
  const network = useQuery(networkQuery(run.id));
  const methods = useQuery(methodsQuery(run.id));
  const [menu, setMenu] = useState(false);
  const masks = useSeen(sample, network.data, run.predictions[0]?.name);
  const choices = useChoices(sample, network.data, !network.isPending && !masks.pending, analysis, masks.seen);
  const { chosen, positions } = choices;
  const beside = chosen && analysis.compare === "truth" ? rivals(choices) : [];
  const method = methods.data?.find(({ name }) => name === analysis.method);
  const answers = useAnswers({
    row,
    classes: choices.classes,
    losses: choices.losses,
    chosen,
    beside: beside.map(({ choice }) => choice.target),
    pace: paceOf(method?.forwards ?? USUAL_FORWARDS, choices.classes.length, positions),
    everything: analysis.compare === "classes",
    method: analysis.method,
    layers: analysis.layers,
    signed: analysis.signed,
  });
  const told = chosen ? answers.of(chosen.target) : null;
  const first = told && told.answer.maps.find(({ target }) => target === told.target);
  const shown = told && first ? (mapAt(told, first.over, analysis.layer)?.layer ?? analysis.layer) : analysis.layer;
  useAnalyzeKeys({ classes: choices.classes, told, shown, analysis, onChange: change, onMethods: () => setMenu(true) });
  return (
    <div className={classes.page} data-testid="analyze-page" data-row={row}>
      <AnalyzeBar row={row} sample={sample} positions={positions} analysis={analysis} onChange={change}>
        <PredictionPicker value={choices.prediction?.name} onChoose={(target) => change({ target })} />
        <MethodMenu methods={methods.data} value={analysis.method ?? told?.answer.method ?? null} open={menu} onOpen={setMenu} onChoose={(name) => change({ method: name, layer: null })} />
      </AnalyzeBar>
      {sample && !network.isPending ? <TargetTabs prediction={choices.prediction} choices={[...choices.classes, ...choices.losses]} chosen={chosen} onChoose={(target) => change({ target })} /> : <Skeleton height={30} m={8} />}
      <div className={classes.below}>
        <Stage {...{ row, sample, network: network.data, choices, answers, told, shown, analysis, beside }} methods={methods.data} onChange={change} />
        <Evidence {...{ row, sample, network: network.data, chosen, told, shown, analysis }} onChange={change} />
      </div>
    </div>
  );
}
