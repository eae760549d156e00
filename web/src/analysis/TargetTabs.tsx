import { Tooltip } from "@mantine/core";
import type { PredictionInfo } from "../api/types";
import { percent } from "../theme/format";
import classes from "./analysis.module.css";
import { MoreClasses } from "./MoreClasses";
import { type Choice, isMeasured, MOST_TABS } from "./targets";

/** The targets as tabs: classes, then the two readings of each loss and named number. */
export function TargetTabs({ prediction, choices, chosen, onChoose }: { prediction: PredictionInfo | undefined; choices: Choice[]; chosen: Choice | undefined; onChoose: (key: string) => void }) {
  const values = choices.filter(({ target }) => !isMeasured(target));
  return (
    <div className={classes.tabs} role="tablist" aria-label="What is explained" data-testid="targets">
      {choices.map((choice) => {
        const at = values.indexOf(choice);
        const key = at >= 0 && at < MOST_TABS ? (at + 1) % 10 : null;
        return (
          <Tooltip key={choice.key} label={tip(choice, key)}>
            <button
              type="button"
              role="tab"
              aria-selected={choice.key === chosen?.key}
              className={classes.tab}
              data-kind={choice.target.kind}
              data-reading={choice.reading}
              data-testid="target"
              data-key={choice.key}
              onClick={() => onChoose(choice.key)}
            >
              <b>{choice.label}</b>
              {choice.score !== null && Math.abs(choice.score) >= LEAST_SHOWN && <span>{shown(choice.score)}</span>}
              {choice.predicted && <em>predicted</em>}
              {choice.truth && <em data-truth>true</em>}
            </button>
          </Tooltip>
        );
      })}
      {(prediction?.labels?.length ?? 0) > MOST_TABS && (
        <div className={classes.moreTabs}>
          <MoreClasses prediction={prediction as PredictionInfo} onChoose={onChoose} />
        </div>
      )}
    </div>
  );
}

/** A score that would read as nothing is not shown. */
const LEAST_SHOWN = 0.001;

function shown(score: number): string {
  return score >= 0 && score <= 1.0001 ? percent(score) : score.toPrecision(3);
}

function tip(choice: Choice, key: number | null): string {
  const text = isMeasured(choice.target) ? `What ${choice.reading} ${choice.told} for this sample` : `Explain ${choice.told}`;
  return key === null ? text : `${text} (${key})`;
}
