import { IconAdjustmentsHorizontal, IconChartAreaLine, IconChartLine } from "@tabler/icons-react";
import { useMemo } from "react";
import type { DecisionsAnswer, Settings } from "../../api/dashboards";
import { EmptyState } from "../../shell/EmptyState";
import { count, number } from "../../theme/format";
import { CATEGORICAL, OTHER } from "../../theme/palette";
import charts from "../charts/charts.module.css";
import { useOwnValues } from "../charts/colors";
import { useLook } from "../charts/look";
import { Waiting } from "../frame/Waiting";
import type { DashletProps, DashletSpec } from "../spec";
import { CurveCanvas } from "./CurveCanvas";
import { CurveKeys } from "./CurveKeys";
import { areaOf, type Chart, nameOf, ratesPanel, restsOn, TOGETHER } from "./decisionPanels";
import { ThresholdBody } from "./Threshold";
import { useDecisions } from "./useDecisions";

const shared = { size: { w: 8, h: 9 }, uses: ["source", "labels", "absolute"], initial: () => ({}) } as const;

const named = (what: string) => (settings: Settings) => (settings.source ? `${what} of ${settings.source}` : what);

export const roc: DashletSpec = {
  ...shared,
  kind: "roc",
  title: "ROC",
  description: "How many of each class are found, against how many others are taken for it, by threshold.",
  icon: IconChartAreaLine,
  name: named("ROC"),
  Body: (props) => <RatesBody {...props} chart="roc" />,
};

export const precisionRecall: DashletSpec = {
  ...shared,
  kind: "precision_recall",
  title: "Precision–recall",
  description: "How pure what is found is, against how much of it is found, by threshold.",
  icon: IconChartLine,
  name: named("Precision–recall"),
  Body: (props) => <RatesBody {...props} chart="precision_recall" />,
};

export const threshold: DashletSpec = {
  kind: "threshold",
  title: "Threshold metrics",
  description: "Precision, recall, F1 and balanced accuracy by threshold; drag it to see what comes of the decisions.",
  icon: IconAdjustmentsHorizontal,
  size: { w: 8, h: 10 },
  uses: ["source", "labels", "threshold"],
  initial: () => ({}),
  name: named("Metrics by threshold"),
  Body: ThresholdBody,
};

function RatesBody({ dashlet, change, chart }: DashletProps & { chart: Chart }) {
  const { decisions, error, pending, stale, retry } = useDecisions(dashlet);
  return (
    <Waiting error={error} pending={pending} stale={stale} retry={retry}>
      {decisions && <Rates decisions={decisions} dashlet={dashlet} change={change} chart={chart} />}
    </Waiting>
  );
}

function Rates({ decisions, dashlet, change, chart }: DashletProps & { decisions: DecisionsAnswer; chart: Chart }) {
  const look = useLook();
  const absolute = dashlet.settings?.absolute ?? false;
  const labels = dashlet.settings?.labels ?? [];
  const colorOf = useLabelColors(decisions);
  const panels = useMemo(() => (colorOf ? [ratesPanel(decisions, chart, absolute, colorOf, look)] : []), [decisions, chart, absolute, colorOf, look]);
  const shown = decisions.curves.filter((curve) => areaOf(curve, chart) !== null);
  if (shown.length === 0)
    return (
      <EmptyState compact title="Nothing to tell apart">
        Among the samples that match, all decisions should come out the same. Widen the filter.
      </EmptyState>
    );
  const area = chart === "roc" ? "area under the curve" : "average precision";
  const keys = shown.map((curve) => ({
    name: nameOf(curve),
    color: colorOf?.(curve.label) ?? look.faint,
    value: number(areaOf(curve, chart), 3),
    title: `${nameOf(curve)}: ${area} ${number(areaOf(curve, chart), 4)}, over ${restsOn(curve)}. Click: only this curve; click again: all.`,
  }));
  const choose = (name: string) => change({ labels: labels.length === 1 || name === TOGETHER ? [] : [name] });
  return (
    <div className={charts.body}>
      <CurveKeys keys={keys} onChoose={choose} />
      <CurveCanvas panels={panels} label={chart === "roc" ? "ROC curves" : "Precision–recall curves"} />
      <div className={charts.note} title="Mean of the labels' average precision">
        mean average precision {number(decisions.mean_average_precision, 4)}
        {decisions.counted < decisions.labeled && `, from an even ${count(decisions.counted)} of ${count(decisions.labeled)}`}
      </div>
    </div>
  );
}

/** A label has the colour that its class has in every chart; undefined until that is known. */
export function useLabelColors(decisions: DecisionsAnswer): ((label: string | null) => string) | undefined {
  const look = useLook();
  const own = useOwnValues(decisions.truth_field);
  return useMemo(() => {
    if (!own) return undefined;
    const palette = CATEGORICAL[look.theme];
    const order = own.length > 0 ? own.map(String) : decisions.labels;
    return (label) => {
      if (label === null) return look.text;
      return palette[order.indexOf(label)] ?? OTHER[look.theme];
    };
    // The values' identity changes with every answer, what they are does not.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [own?.join("\n"), decisions.labels, look]);
}
