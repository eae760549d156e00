import { Skeleton } from "@mantine/core";
import { IconFocusCentered } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRun, useView } from "../explore/run";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import classes from "./analysis.module.css";
import { AnalyzeBar } from "./AnalyzeBar";
import { Evidence } from "./Evidence";
import { MethodMenu } from "./MethodMenu";
import { PredictionPicker } from "./PredictionPicker";
import { Stage } from "./Stage";
import { TargetTabs } from "./TargetTabs";
import { useAnalysis } from "./useAnalysis";
import { useAnalyzeKeys } from "./useAnalyzeKeys";
import { unexplained, useLooked } from "./useLooked";

/** Why the model said what it said of one sample. */
export function AnalyzePage() {
  const { run } = useRun();
  const row = useView((view) => view.sample);
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
  return <Analyzing row={row} />;
}

function Analyzing({ row }: { row: number }) {
  const { run, map } = useRun();
  const [analysis, change] = useAnalysis();
  const [menu, setMenu] = useState(false);
  const looked = useLooked({ run, row, map: map?.id ?? null, side: "here", analysis });
  const { sample, settled, choices, told, shown, methods, error, retry } = looked;
  const { chosen, positions, prediction, classes: values, losses } = choices;
  useAnalyzeKeys({ row, classes: values, told, shown, analysis, onChange: change, onMethods: () => setMenu(true) });
  if (error !== null) return <ErrorNotice error={error} retry={retry} />;
  return (
    <div className={classes.page} data-testid="analyze-page" data-row={row}>
      <AnalyzeBar row={row} sample={sample} positions={positions} analysis={analysis} onChange={change}>
        <PredictionPicker value={prediction?.name} onChoose={(target) => change({ target })} />
        {!unexplained(looked) && <MethodMenu methods={methods} value={analysis.method ?? told?.answer.method ?? null} open={menu} onOpen={setMenu} onChoose={(name) => change({ method: name, layer: null })} />}
      </AnalyzeBar>
      {settled ? <TargetTabs prediction={prediction} choices={[...values, ...losses]} chosen={chosen} onChoose={(target) => change({ target })} /> : <Skeleton height={30} m={8} />}
      <div className={classes.below}>
        <Stage {...{ looked, analysis }} onChange={change} />
        <Evidence {...{ looked, analysis }} onChange={change} />
      </div>
    </div>
  );
}
