import { IconArrowDown, IconArrowUp, IconTable } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { GroupsAnswer } from "../../api/dashboards";
import { useRun, useView } from "../../explore/run";
import type { Filter } from "../../filters/types";
import { EmptyState } from "../../shell/EmptyState";
import { count } from "../../theme/format";
import { groups } from "../asking/question";
import { useAnswers } from "../asking/useAnswers";
import { useOffer } from "../frame/offer";
import { Waiting } from "../frame/Waiting";
import type { DashletProps } from "../spec";
import { choose, chosenOf, clausesOf, howOf } from "./choosing";
import { groupsCsv } from "./csv";
import { isPart, measured, splitsOf } from "./groups";
import classes from "./groupsTable.module.css";
import { COUNT, measureName, measureText, partName, splitName } from "./measures";
import { useRunNames, withVersions } from "./versions";

const ROLES = ["x", "y", "color"] as const;

/** Groups as rows: their parts, how many samples, and every measure; sorted by a click on the head. */
export function GroupsTable({ dashlet }: DashletProps) {
  const versions = useView((view) => view.versions);
  const settings = useMemo(() => withVersions(dashlet.settings, versions), [dashlet.settings, versions]);
  const measures = settings.measures.length > 0 ? settings.measures : [COUNT];
  const splits = splitsOf(settings, ROLES);
  const asked = splits.length > 0 ? [groups({ splits, measures, filter: dashlet.filter as Filter, own: splits.map(({ field }) => field) })] : [];
  const { answers, error, stale, retry } = useAnswers(asked);
  const runs = useRunNames();
  const answer = answers?.[0]?.kind === "groups" ? answers[0] : null;
  useOffer({ csv: () => (answer ? groupsCsv(answer, measures, runs) : null) });
  if (splits.length === 0)
    return (
      <EmptyState compact icon={<IconTable size={18} stroke={1.5} />} title="The table needs a field to split by">
        Open the dashlet's editor to choose it.
      </EmptyState>
    );
  return (
    <Waiting error={error} pending={!answer} stale={stale} retry={retry}>
      {answer && <Rows answer={answer} measures={measures} runs={runs} />}
    </Waiting>
  );
}

function Rows({ answer, measures, runs }: { answer: GroupsAnswer; measures: Parameters<typeof measureName>[0][]; runs: ReadonlyMap<string, string> }) {
  const { store } = useRun();
  const filter = useView((view) => view.filter);
  const [sort, setSort] = useState<{ column: number; descending: boolean } | null>(null);
  const part = isPart(answer);
  const counted = measures.some(({ aggregate }) => aggregate === "count");
  const columns = counted ? measures : [...measures, COUNT];
  const chosen = answer.splits.map((split) => chosenOf(split, filter));
  const order = useMemo(() => {
    const places = Array.from(answer.count, (_, group) => group);
    if (!sort) return places;
    const value = (group: number) =>
      sort.column < answer.splits.length ? answer.codes[sort.column][group] : valueOf(answer, group, sort.column - answer.splits.length);
    return places.sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
      return sort.descending ? right - left : left - right;
    });
  }, [answer, sort]);
  const turn = (column: number) => setSort(sort?.column === column ? (sort.descending ? { column, descending: false } : null) : { column, descending: true });
  const heads = [...answer.splits.map(splitName), ...columns.map(measureName)];
  return (
    <div className={classes.box} data-own-keys>
      <table className={classes.table}>
        <thead>
          <tr>
            {heads.map((head, column) => (
              <th key={column} data-number={column >= answer.splits.length || undefined} aria-sort={sort?.column === column ? (sort.descending ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => turn(column)} title={head}>
                  <span>{head}</span>
                  {sort?.column === column && (sort.descending ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((group) => {
            const codes = answer.codes.map((one) => one[group]);
            const faded = codes.some((code, at) => chosen[at] !== null && !chosen[at][code]);
            return (
              <tr
                key={group}
                data-faded={faded || undefined}
                onClick={(event) => {
                  const clauses = codes.flatMap((code, at) => clausesOf(answer.splits[at], code));
                  store.getState().set({ filter: choose(store.getState().filter, clauses, howOf(event)) });
                }}
              >
                {codes.map((code, at) => (
                  <td key={at} title={partName(answer.splits[at], code, runs)}>
                    {at === 0 ? <button type="button">{partName(answer.splits[at], code, runs)}</button> : partName(answer.splits[at], code, runs)}
                  </td>
                ))}
                {columns.map((measure, at) => (
                  <td key={`m${at}`} data-number>
                    {measureText(measure, valueOf(answer, group, at))}
                    {part && measure.aggregate === "count" && <small> of {count(answer.count_all?.[group] ?? 0)}</small>}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A measure of a group under the filter; beyond the measures asked, how many samples. */
function valueOf(answer: GroupsAnswer, group: number, measure: number): number | null {
  return measure < answer.measures.length ? (measured(answer, group, measure)?.matching ?? null) : answer.count[group];
}
