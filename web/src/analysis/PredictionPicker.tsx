import { Picker } from "../explore/Picker";
import { useRun } from "../explore/run";
import network from "../network/network.module.css";

/** Chooses among several predictions the one whose classes are explained. */
export function PredictionPicker({ value, onChoose }: { value: string | undefined; onChoose: (target: string) => void }) {
  const { run } = useRun();
  if (run.predictions.length < 2) return null;
  return (
    <Picker label="Prediction" value={value} testid="pick-prediction">
      {(close) => (
        <div className={network.spaces} role="listbox" aria-label="Predictions">
          {run.predictions.map(({ name, labels }) => (
            <button
              type="button"
              key={name}
              role="option"
              aria-selected={name === value}
              onClick={() => {
                // No class by that name: the prediction's first tab is shown.
                onChoose(`class ${name} `);
                close();
              }}
            >
              <b>{name}</b>
              <span>{labels ? `${labels.length} classes` : "values"}</span>
            </button>
          ))}
        </div>
      )}
    </Picker>
  );
}
