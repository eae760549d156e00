/** Makes a kind of dashlet of a chart that says what it asks and how its answers are drawn. */
import type { EChartsType } from "echarts/core";
import { useElementSize } from "@mantine/hooks";
import { IconChartBar } from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import type { Dashlet, Settings } from "../../api/dashboards";
import { useRun, useView } from "../../explore/run";
import type { Filter } from "../../filters/types";
import { EmptyState } from "../../shell/EmptyState";
import type { Asked } from "../asking/question";
import { useAnswers } from "../asking/useAnswers";
import { Waiting } from "../frame/Waiting";
import { useOffer } from "../frame/offer";
import type { DashletProps, DashletSpec } from "../spec";
import { Canvas } from "./Canvas";
import classes from "./charts.module.css";
import { useOwnValues } from "./colors";
import { choose, put } from "./choosing";
import { groupsCsv } from "./csv";
import { Keys } from "./Keys";
import { useLook } from "./look";
import type { Drawing, Picture } from "./picture";
import { useRunNames, withVersions } from "./versions";

export interface ChartKind extends Omit<DashletSpec, "Body"> {
  /** What its settings still lack, in a sentence; null: nothing. */
  lacks(settings: Settings): string | null;
  questions(settings: Settings, filter: Filter): Asked[];
  /** The field whose values are coloured, where it is not the split of the colour. */
  colored?(settings: Settings): string | null;
  draw(drawing: Drawing): Picture;
}

export function chart(kind: ChartKind): DashletSpec {
  return { ...kind, Body: (props: DashletProps) => <ChartBody kind={kind} dashlet={props.dashlet} /> };
}

/** The clauses on a chart's own fields: they mark what is chosen, and no others make it draw anew. */
function useMarks(questions: readonly Asked[]): Filter {
  const own = new Set(questions.flatMap((asked) => asked.own ?? []));
  const text = useView((view) => JSON.stringify(view.filter.filter((clause) => clause.kind === "compare" && own.has(clause.field))));
  return useMemo(() => JSON.parse(text) as Filter, [text]);
}

function ChartBody({ kind, dashlet }: { kind: ChartKind; dashlet: Dashlet }) {
  const { store } = useRun();
  const versions = useView((view) => view.versions);
  const settings = useMemo(
    () => (kind.uses.includes("color") ? withVersions(dashlet.settings, versions) : dashlet.settings),
    [kind, dashlet.settings, versions],
  );
  const lacks = kind.lacks(settings);
  const questions = useMemo(() => (lacks ? [] : kind.questions(settings, dashlet.filter as Filter)), [kind, settings, dashlet.filter, lacks]);
  const { answers, error, stale, retry } = useAnswers(questions);
  const filter = useMarks(questions);
  const look = useLook();
  const runs = useRunNames();
  const own = useOwnValues(kind.colored?.(settings) ?? (settings.color?.kind === "distinct" ? settings.color.field : null));
  const { ref, width, height } = useElementSize();
  const canvas = useRef<EChartsType | null>(null);
  const size = useMemo(() => ({ width: Math.round(width), height: Math.round(height) }), [width, height]);
  const picture = useMemo(
    () => (answers && own && size.width > 20 && size.height > 20 ? kind.draw({ settings, answers, filter, look, size, own, runs }) : null),
    [kind, answers, own, settings, filter, look, size, runs],
  );
  useOffer({
    csv: () => (answers?.[0]?.kind === "groups" ? groupsCsv(answers[0], settings.measures, runs) : null),
    picture: () => canvas.current?.getDataURL({ pixelRatio: 2, backgroundColor: look.surface }) ?? null,
  });
  const change = (next: Filter) => store.getState().set({ filter: next });
  if (lacks)
    return (
      <EmptyState compact icon={<IconChartBar size={18} stroke={1.5} />} title={lacks}>
        Open the dashlet's editor to choose it.
      </EmptyState>
    );
  const total = answers?.[0] && "total" in answers[0] ? answers[0].total : answers?.[0] && "matching" in answers[0] ? answers[0].matching : 1;
  return (
    <div className={classes.body}>
      {picture && picture.keys.length > 0 && <Keys keys={picture.keys} onChoose={(clauses, how) => change(choose(store.getState().filter, clauses, how))} />}
      <div className={classes.room} ref={ref}>
        <Waiting error={error} pending={!answers} stale={stale} retry={retry}>
          {total === 0 ? (
            <EmptyState compact title="No samples">
              The dashlet's own filter matches none. Change it in the editor.
            </EmptyState>
          ) : (
            picture && (
              <Canvas
                picture={picture}
                look={look}
                size={size}
                label={dashlet.title || kind.name(settings)}
                chart={canvas}
                onTouch={(datum, how) => {
                  if (datum.row !== undefined) store.getState().open(datum.row);
                  else change(choose(store.getState().filter, picture.clauses(datum), how));
                }}
                onBrush={(clauses, how, done) => {
                  const now = store.getState().filter;
                  if (how !== "except") change(put(now, clauses));
                  else if (done) change(choose(now, clauses, how));
                }}
              />
            )
          )}
        </Waiting>
      </div>
      {picture?.note && <div className={classes.note}>{picture.note}</div>}
    </div>
  );
}
