import { IconNumber } from "@tabler/icons-react";
import { useMemo } from "react";
import type { Filter } from "../../filters/types";
import { lossField, useField } from "../../explore/run";
import { count, number as show } from "../../theme/format";
import { groups } from "../asking/question";
import { useAnswers } from "../asking/useAnswers";
import { COUNT, measureName, measureText, samplesText } from "../charts/measures";
import { Waiting } from "../frame/Waiting";
import type { DashletProps, DashletSpec } from "../spec";
import classes from "./number.module.css";

export const number: DashletSpec = {
  kind: "number",
  title: "Number",
  description: "One measure of the samples that match, beside that of all.",
  icon: IconNumber,
  size: { w: 4, h: 4 },
  uses: ["measures"],
  initial: (fields) => {
    const loss = lossField(fields);
    return { measures: [loss ? { ...COUNT, aggregate: "average", field: loss.name } : COUNT] };
  },
  name: ({ measures }) => measureName(measures[0] ?? COUNT),
  Body,
};

function Body({ dashlet }: DashletProps) {
  const measure = dashlet.settings?.measures?.[0] ?? COUNT;
  const field = useField(measure.field ?? null);
  const questions = useMemo(() => [groups({ splits: [], measures: [measure], filter: dashlet.filter as Filter })], [measure, dashlet.filter]);
  const { answers, error, stale, retry } = useAnswers(questions);
  const answer = answers?.[0]?.kind === "groups" ? answers[0] : undefined;
  const counts = measure.aggregate === "count";
  const here = counts ? (answer?.matching ?? 0) : (answer?.measures[0]?.matching[0] ?? null);
  const all = counts ? (answer?.total ?? 0) : (answer?.measures[0]?.all?.[0] ?? null);
  const part = answer !== undefined && answer.matching < answer.total;
  return (
    <Waiting error={error} pending={!answer} stale={stale} retry={retry}>
      {answer && (
        <div className={classes.number} data-testid="number">
          <b title={here === null ? "No sample that matches has a value." : String(here)}>{here === null ? "–" : measureText(measure, here)}</b>
          {part && (
            <span>
              {counts ? `of ${count(answer.total)}` : `all ${measureText(measure, all)}`}
              {!counts && here !== null && all !== null && here !== all && <Difference by={here - all} better={field?.direction ?? null} />}
            </span>
          )}
          {!counts && (
            <small>{here === null ? `none of ${samplesText(answer.matching)} has a value` : part ? `over ${count(answer.matching)} of ${count(answer.total)} samples` : `over ${samplesText(answer.total)}`}</small>
          )}
        </div>
      )}
    </Waiting>
  );
}

/** How much more or less than the whole; good or bad where the field says which way is better. */
function Difference({ by, better }: { by: number; better: "up" | "down" | null }) {
  const good = better === null ? undefined : by > 0 === (better === "up");
  return (
    <em data-good={good}>
      {by > 0 ? "+" : ""}
      {show(by, 3)}
    </em>
  );
}
