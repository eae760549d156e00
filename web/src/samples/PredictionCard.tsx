import type { SamplePrediction } from "../api/types";
import { number, percent, value as show } from "../theme/format";
import classes from "./panel.module.css";

const SHOWN = 8;

/** What the model said, label by label, and what is true. */
export function PredictionCard({ prediction }: { prediction: SamplePrediction }) {
  const { name, scores, predicted, truth } = prediction;
  if (scores.length === 0 && (predicted === null || predicted === undefined)) return null;
  const known = truth !== null && truth !== undefined && predicted !== null && predicted !== undefined;
  const right = known && String(predicted) === String(truth);
  const place = scores.findIndex(({ label }) => String(label) === String(truth));
  // Runs of other makers may keep raw scores; those are no shares.
  const shares = scores.every(({ score }) => score === null || (score >= 0 && score <= 1.0001));
  const values = scores.map(({ score }) => score ?? 0);
  const low = shares ? 0 : Math.min(0, ...values);
  const high = shares ? 1 : Math.max(1e-9, ...values);
  const shown = place >= SHOWN ? [...scores.slice(0, SHOWN - 1), scores[place]] : scores.slice(0, SHOWN);
  return (
    <section className={classes.card} data-testid="prediction">
      <h3>
        {name}
        {known && (
          <span className={classes.verdict} data-right={right || undefined} data-wrong={!right || undefined} data-testid="verdict">
            {right ? `${show(predicted)}, right` : `${show(predicted)}, but is ${show(truth)}`}
          </span>
        )}
        {!known && predicted !== null && predicted !== undefined && <span className={classes.verdict}>{show(predicted)}</span>}
      </h3>
      <div className={classes.scores}>
        {shown.map(({ label, score }) => {
          const isTruth = String(label) === String(truth);
          return (
            <div key={label} className={classes.score} data-truth={isTruth || undefined} data-predicted={String(label) === String(predicted) || undefined} title={score === null ? undefined : String(score)}>
              <span>{label}</span>
              <div>
                <i style={{ width: `${((score ?? low) - low) / (high - low) * 100}%` }} />
              </div>
              <b>{score === null ? "–" : shares ? percent(score) : number(score)}</b>
            </div>
          );
        })}
      </div>
      {scores.length > 0 && truth !== null && truth !== undefined && <div className={classes.key}>outlined: what is true</div>}
    </section>
  );
}
