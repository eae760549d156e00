import { SegmentedControl, Select } from "@mantine/core";
import { IconGridDots } from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import type { Dashlet, DecisionsAnswer, Settings } from "../../api/dashboards";
import { useRun, useView } from "../../explore/run";
import { passes } from "../../filters/describe";
import type { Compare, Filter } from "../../filters/types";
import { EmptyState } from "../../shell/EmptyState";
import { count, percent } from "../../theme/format";
import { choose, type How } from "../charts/choosing";
import { useLook } from "../charts/look";
import { useOffer } from "../frame/offer";
import { Waiting } from "../frame/Waiting";
import { type DashletProps, type DashletSpec, NO_SETTINGS } from "../spec";
import { NO_SPLIT } from "../charts/versions";
import classes from "./confusion.module.css";
import { confusedPairs, type LabelOrder, orderOf, shareOf, strengths, totalsOf } from "./confusionCounts";
import { ConfusionGrid, type CellPlace } from "./ConfusionGrid";
import { type Cells, inCell, shareInCell } from "./confusionPaint";
import { confusionCsv } from "./confusionCsv";
import { useConfusion } from "./useDecisions";
import { useLeaveOutCell } from "./useLeaveOutCell";

const ORDERS: { value: LabelOrder; label: string }[] = [
  { value: "value", label: "in their own order" },
  { value: "count", label: "commonest first" },
  { value: "measure", label: "most mistaken first" },
];
const MOST_PAIRS = 30;

export const confusion: DashletSpec = {
  kind: "confusion",
  title: "Confusion matrix",
  description: "Which classes the model takes for which.",
  icon: IconGridDots,
  size: { w: 10, h: 12 },
  uses: ["source", "relative"],
  initial: () => ({}),
  name: ({ source }) => (source ? `Confusion of ${source}` : "Confusion"),
  Body,
};

function Body({ dashlet, change }: DashletProps) {
  const { decisions, error, pending, stale, retry } = useConfusion(dashlet);
  return (
    <Waiting error={error} pending={pending} stale={stale} retry={retry}>
      {decisions && (decisions.confusion && decisions.confusion_all ? <Confusion decisions={decisions} dashlet={dashlet} change={change} /> : <NoMatrix source={decisions.source} />)}
    </Waiting>
  );
}

function NoMatrix({ source }: { source: string }) {
  return (
    <EmptyState compact title={`${source} has no classes to confuse`}>
      It decides yes or no, one by one. A curve by threshold shows how well; or choose a prediction of classes in the editor.
    </EmptyState>
  );
}

function Confusion({ decisions, dashlet, change }: DashletProps & { decisions: DecisionsAnswer; dashlet: Dashlet }) {
  const { store } = useRun();
  const filter = useView((view) => view.filter);
  const look = useLook();
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const { labels, truth_field: truth, predicted_field: predicted } = decisions;
  const matrix = decisions.confusion as number[][];
  const whole = decisions.confusion_all as number[][];
  const settings = dashlet.settings ?? NO_SETTINGS;
  const relative = settings.relative ?? null;
  const order = settings.x?.order ?? "value";
  const totals = useMemo(() => totalsOf(matrix), [matrix]);
  const places = useMemo(() => orderOf(whole, order), [whole, order]);
  const pairs = useMemo(() => confusedPairs(matrix, MOST_PAIRS), [matrix]);
  const leaveOut = useLeaveOutCell();
  useOffer({ csv: () => confusionCsv(labels, matrix), picture: () => canvas.current?.toDataURL() ?? null });

  const cells = useMemo((): Cells => {
    const strength = strengths(matrix, relative);
    const clauseOn = (field: string | null) => filter.find((one): one is Compare => one.kind === "compare" && one.field === field);
    const [ofTruth, ofPredicted] = [clauseOn(truth), clauseOn(predicted)];
    return {
      labels: places.map((at) => labels[at]),
      strength: (row, column) => strength(places[row], places[column]),
      says: (row, column) => {
        const value = matrix[places[row]][places[column]];
        if (relative === null) return inCell(value);
        const share = shareOf(value, places[row], places[column], totals, relative);
        return share === null ? "" : shareInCell(share);
      },
      hidden: (row, column) => whole[places[row]][places[column]] > 0,
      passes: (row, column) => passes(ofTruth, labels[places[row]]) && passes(ofPredicted, labels[places[column]]),
    };
  }, [matrix, whole, relative, places, labels, totals, filter, truth, predicted]);
  const longest = relative === null ? inCell(Math.max(0, ...matrix.flat())) : "99.9";

  const touch = (row: number, column: number, how: How) => {
    const clauses = [...clause(truth, labels[row]), ...clause(predicted, labels[column])];
    if (how === "except" && clauses.length === 2) leaveOut(clauses, `${labels[row]} taken for ${labels[column]}`);
    else store.getState().set({ filter: choose(store.getState().filter as Filter, clauses, how) });
  };
  const at = ({ row, column }: CellPlace) => ({ row: row < 0 ? -1 : places[row], column: column < 0 ? -1 : places[column] });
  return (
    <div className={classes.confusion}>
      <div className={classes.head}>
        <span title="Share of the samples that match whose class was told, and how many they are">
          {totals.all > 0 ? <b>{rightShare(totals)}</b> : "none"} right <span className={classes.of}>of {count(totals.all)}</span>
        </span>
        <Select size="xs" variant="unstyled" className={classes.order} data={ORDERS} value={order} allowDeselect={false} aria-label="Order of the classes" onChange={(order) => change({ x: { ...NO_SPLIT, order: order as LabelOrder } })} comboboxProps={{ width: 160 }} />
        <SegmentedControl
          size="xs"
          value={relative ?? "count"}
          onChange={(value) => change({ relative: value === "count" ? null : (value as Settings["relative"]) })}
          data={[
            { value: "count", label: "Count" },
            { value: "row", label: "% true" },
            { value: "column", label: "% predicted" },
          ]}
        />
      </div>
      <div className={classes.below}>
        <ConfusionGrid cells={cells} longest={longest} look={look} label={`Confusion matrix of ${labels.length} classes; arrows walk, Enter filters`} canvas={canvas} renderTip={(place) => <CellTip {...at(place)} {...{ labels, matrix, whole, totals }} />} onTouch={(place, how) => touch(at(place).row, at(place).column, how)} />
        <ol className={classes.pairs} aria-label="Most confused pairs">
          {pairs.map((pair) => (
            <li key={`${pair.truth} ${pair.predicted}`}>
              <button type="button" title={`${labels[pair.truth]} taken for ${labels[pair.predicted]}: ${count(pair.count)}, ${percent(pair.share)} of all that are ${labels[pair.truth]}. Click: only these; Alt-click: leave out.`} onClick={(event) => touch(pair.truth, pair.predicted, event.altKey ? "except" : event.shiftKey ? "add" : "only")} data-testid="confused-pair">
                <span>
                  {labels[pair.truth]} <i>as</i> {labels[pair.predicted]}
                </span>
                <em>{count(pair.count)}</em>
              </button>
            </li>
          ))}
          {pairs.length === 0 && <li className={classes.small}>No mistake among them.</li>}
        </ol>
      </div>
    </div>
  );
}

/** Per cent, with more digits the nearer to all: 99.63 % is not 100 %. */
function rightShare({ right, all }: { right: number; all: number }): string {
  const share = (100 * right) / all;
  return `${right === all ? 100 : Math.min(99.99, share).toFixed(share > 99 ? 2 : 1)} %`;
}

/** Only samples of a class; nothing where the field is not known. */
function clause(field: string | null, label: string | undefined): Compare[] {
  return field === null || label === undefined ? [] : [{ kind: "compare", field, op: "in", value: [label] }];
}

interface TipProps extends CellPlace {
  labels: string[];
  matrix: number[][];
  whole: number[][];
  totals: ReturnType<typeof totalsOf>;
}

function CellTip({ row, column, labels, matrix, whole, totals }: TipProps) {
  if (row < 0 || column < 0) {
    const at = Math.max(row, column);
    const [of, word] = row < 0 ? [totals.columns, "predicted"] : [totals.rows, "true"];
    return (
      <>
        <b>
          {word}: {labels[at]}
        </b>
        <Line name="samples" value={count(of[at])} />
        <Line name="of them right" value={of[at] > 0 ? percent(matrix[at][at] / of[at]) : "–"} />
        <small>Click: only these.</small>
      </>
    );
  }
  const here = matrix[row][column];
  const all = whole[row][column];
  return (
    <>
      <b>{row === column ? `${labels[row]}, told right` : `${labels[row]} taken for ${labels[column]}`}</b>
      <Line name="samples" value={here === all ? count(here) : `${count(here)} of ${count(all)}`} />
      <Line name={`of all true ${labels[row]}`} value={totals.rows[row] > 0 ? percent(here / totals.rows[row]) : "–"} />
      <Line name={`of all predicted ${labels[column]}`} value={totals.columns[column] > 0 ? percent(here / totals.columns[column]) : "–"} />
      <small>Click: only these. Alt-click: leave out.</small>
    </>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <div className={classes.line}>
      <span>{name}</span>
      <em>{value}</em>
    </div>
  );
}
