import { Skeleton } from "@mantine/core";
import { IconFocusCentered } from "@tabler/icons-react";
import { MethodMenu } from "../../analysis/MethodMenu";
import { Stage } from "../../analysis/Stage";
import { TargetTabs } from "../../analysis/TargetTabs";
import { useAnalysis } from "../../analysis/useAnalysis";
import { useLooked } from "../../analysis/useLooked";
import { useRun, useView } from "../../explore/run";
import { EmptyState } from "../../shell/EmptyState";
import { ErrorNotice } from "../../shell/ErrorNotice";
import type { DashletSpec } from "../spec";
import classes from "./analysis.module.css";
import { useState } from "react";

export const analysis: DashletSpec = {
  kind: "analysis",
  title: "Analysis",
  description: "What the model's answer for the sample on show rests on.",
  icon: IconFocusCentered,
  size: { w: 8, h: 11 },
  uses: [],
  initial: () => ({}),
  name: () => "Analysis of the sample",
  Body,
};

function Body() {
  const row = useView((view) => view.sample);
  if (row === null)
    return (
      <EmptyState compact icon={<IconFocusCentered size={18} stroke={1.5} />} title="No sample is chosen">
        Choose one in the table, the gallery or on the map to see what the model's answer rests on.
      </EmptyState>
    );
  return <Analyzing row={row} />;
}

function Analyzing({ row }: { row: number }) {
  const { run, map } = useRun();
  const [analysis, change] = useAnalysis();
  const [menu, setMenu] = useState(false);
  const looked = useLooked({ run, row, map: map?.id ?? null, side: "here", analysis });
  const { settled, choices, told, methods, error, retry } = looked;
  if (error !== null) return <ErrorNotice error={error} retry={retry} />;
  return (
    <div className={classes.analysis} data-testid="analysis-dashlet" data-row={row}>
      <div className={classes.head}>
        {settled ? <TargetTabs prediction={choices.prediction} choices={[...choices.classes, ...choices.losses]} chosen={choices.chosen} onChoose={(target) => change({ target })} /> : <Skeleton height={24} m={4} />}
        <MethodMenu methods={methods} value={analysis.method ?? told?.answer.method ?? null} open={menu} onOpen={setMenu} onChoose={(name) => change({ method: name, layer: null })} />
      </div>
      <Stage {...{ looked, analysis }} onChange={change} />
    </div>
  );
}
