import { SegmentedControl, Slider, Switch } from "@mantine/core";
import { IconChartDots2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Settings, training } from "../../api/dashboards";
import { useRun } from "../../explore/run";
import { EmptyState } from "../../shell/EmptyState";
import { CATEGORICAL } from "../../theme/palette";
import charts from "../charts/charts.module.css";
import { useLook } from "../charts/look";
import { Waiting } from "../frame/Waiting";
import type { DashletProps, DashletSpec } from "../spec";
import { CurveCanvas } from "./CurveCanvas";
import { CurveKeys } from "./CurveKeys";
import classes from "./curves.module.css";
import { type By, subsetsOf, trainingPanels, waysOf } from "./trainingPanels";

export const curves: DashletSpec = {
  kind: "curves",
  title: "Training curves",
  description: "Losses and metrics by epoch or step of the training, for training and validation.",
  icon: IconChartDots2,
  size: { w: 12, h: 8 },
  uses: ["metrics", "by", "smoothing", "logarithmic"],
  initial: () => ({}),
  name: ({ metrics }) => (metrics.length > 0 ? `Training: ${metrics.join(", ")}` : "Training"),
  Body,
};

function Body({ dashlet, change }: DashletProps) {
  const { run } = useRun();
  const query = useQuery({ queryKey: ["training", run.id], queryFn: () => training(run.id), staleTime: Infinity, retry: false });
  const series = query.data?.series;
  return (
    <Waiting error={query.error} pending={query.isPending} stale={false} retry={() => void query.refetch()}>
      {series?.length === 0 && (
        <EmptyState compact icon={<IconChartDots2 size={18} stroke={1.5} />} title="No training was recorded for this run">
          Evaluate with <code>--training FILE</code>, or declare the curves in the integration script.
        </EmptyState>
      )}
      {series && series.length > 0 && <Curves series={series} settings={dashlet.settings ?? null} change={change} />}
    </Waiting>
  );
}

/** No metric is named: every one is shown. */
const ALL: string[] = [];

interface CurvesProps {
  series: Parameters<typeof trainingPanels>[0];
  settings: Partial<Settings> | null;
  change: (part: Partial<Settings>) => void;
}

function Curves({ series, settings, change }: CurvesProps) {
  const look = useLook();
  const wanted = settings?.by ?? null;
  const ways = useMemo(() => waysOf(series), [series]);
  const by = useMemo(() => ways.find((way) => way === wanted) ?? ways[0], [ways, wanted]);
  const smoothing = settings?.smoothing ?? 0;
  const logarithmic = settings?.logarithmic ?? false;
  const metrics = settings?.metrics ?? ALL;
  const colors = useMemo(() => {
    const palette = CATEGORICAL[look.theme];
    return new Map(subsetsOf(series).map((subset, at) => [subset, palette[at % palette.length]]));
  }, [series, look]);
  const panels = useMemo(
    () => trainingPanels(series, { by, smoothing, logarithmic, metrics, colorOf: (subset) => colors.get(subset) ?? look.faint }),
    [series, by, smoothing, logarithmic, metrics, colors, look],
  );
  return (
    <div className={charts.body}>
      <div className={classes.head}>
        <CurveKeys keys={Array.from(colors, ([name, color]) => ({ name, color }))} />
        <span className={classes.space} />
        <div className={classes.smoothing} title="How much of each point comes from those before it; what was measured stays behind, faint.">
          smooth
          <Slider size="xs" w={48} min={0} max={0.98} step={0.02} defaultValue={smoothing} label={null} onChangeEnd={(smoothing) => change({ smoothing })} aria-label="Smoothing" />
        </div>
        <Switch size="xs" label="log" checked={logarithmic} onChange={(event) => change({ logarithmic: event.currentTarget.checked })} />
        {ways.length > 1 && <SegmentedControl size="xs" value={by} onChange={(by) => change({ by: by as By })} data={[...ways]} aria-label="What the curves run over" />}
      </div>
      <CurveCanvas panels={panels} label={`Training curves of ${panels.map(({ title }) => title).join(", ")} by ${by}`} />
    </div>
  );
}
