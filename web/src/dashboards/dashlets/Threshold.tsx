import { Select } from "@mantine/core";
import { useMemo, useState } from "react";
import type { DecisionCurve, DecisionsAnswer } from "../../api/dashboards";
import { count, number } from "../../theme/format";
import { CATEGORICAL } from "../../theme/palette";
import charts from "../charts/charts.module.css";
import { useLook } from "../charts/look";
import { Waiting } from "../frame/Waiting";
import type { DashletProps } from "../spec";
import { CurveCanvas } from "./CurveCanvas";
import { CurveKeys } from "./CurveKeys";
import type { Grid } from "./curveChart";
import { outcomesAt, outcomesOf, QUALITIES, qualitiesOf, restsOn, thresholdPanel, TOGETHER } from "./decisionPanels";
import classes from "./threshold.module.css";
import { ThresholdHandle } from "./ThresholdHandle";
import { useDecisions } from "./useDecisions";

export function ThresholdBody({ dashlet, change }: DashletProps) {
  const { decisions, error, pending, stale, retry } = useDecisions(dashlet);
  return (
    <Waiting error={error} pending={pending} stale={stale} retry={retry}>
      {decisions && <Threshold decisions={decisions} dashlet={dashlet} change={change} />}
    </Waiting>
  );
}

function Threshold({ decisions, dashlet, change }: DashletProps & { decisions: DecisionsAnswer }) {
  const look = useLook();
  const label = dashlet.settings?.labels?.[0] ?? null;
  const curve = decisions.curves.find((one) => one.label === label) ?? decisions.curves[0];
  const set = dashlet.settings?.threshold ?? null;
  const [dragged, setDragged] = useState<number | null>(null);
  const palette = CATEGORICAL[look.theme];
  const panels = useMemo(() => [thresholdPanel(curve, palette)], [curve, palette]);
  const at = dragged ?? set ?? 0.5;
  // Without a threshold the highest score of a sample decides between classes; with one, the server has counted.
  const outcomes = dragged !== null ? outcomesAt(curve, dragged) : outcomesOf(curve);
  const qualities = qualitiesOf(outcomes);
  const labels = [{ value: "", label: TOGETHER }, ...decisions.labels.map((name) => ({ value: name, label: name }))];
  return (
    <div className={charts.body}>
      <div className={classes.head}>
        <Select size="xs" variant="unstyled" className={classes.label} data={labels} value={label ?? ""} allowDeselect={false} searchable={labels.length > 12} aria-label="Which decisions" onChange={(name) => change({ labels: name ? [name] : [] })} />
        <span className={classes.at} title={set === null && dragged === null ? "Drag the line to decide by a threshold instead" : undefined}>
          {set === null && dragged === null ? (decisions.confusion ? "the highest score decides" : "threshold 0.5") : `threshold ${number(at, 3)}`}
          {set !== null && (
            <button type="button" onClick={() => change({ threshold: null })}>
              back
            </button>
          )}
        </span>
      </div>
      <CurveKeys keys={QUALITIES.map(({ key, name }, place) => ({ name, color: palette[place], value: number(qualities[key], 3) }))} />
      <CurveCanvas
        panels={panels}
        label={`Precision, recall, F1 and balanced accuracy of ${label ?? TOGETHER} by threshold`}
        renderOver={([grid]: Grid[]) => (
          <ThresholdHandle
            grid={grid}
            value={at}
            faint={set === null && dragged === null}
            onDrag={setDragged}
            onDone={(threshold) => {
              setDragged(null);
              change({ threshold });
            }}
          />
        )}
      />
      <OutcomeCounts curve={curve} outcomes={outcomes} about={dragged !== null} />
    </div>
  );
}

const OUTCOMES = [
  { key: "tp", name: "TP", means: "True positives: decided yes, and should be." },
  { key: "fp", name: "FP", means: "False positives: decided yes, but should be no." },
  { key: "tn", name: "TN", means: "True negatives: decided no, and should be." },
  { key: "fn", name: "FN", means: "False negatives: decided no, but should be yes." },
] as const;

function OutcomeCounts({ curve, outcomes, about }: { curve: DecisionCurve; outcomes: ReturnType<typeof outcomesOf>; about: boolean }) {
  return (
    <dl className={classes.outcomes} title={`Over ${restsOn(curve)}`}>
      {OUTCOMES.map(({ key, name, means }) => (
        <div key={key} title={means}>
          <dt>{name}</dt>
          <dd data-testid={`outcome-${key}`}>
            {about && "≈ "}
            {count(outcomes[key])}
          </dd>
        </div>
      ))}
    </dl>
  );
}
