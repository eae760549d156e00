import type { RunDetails } from "../api/types";
import { Picker } from "../explore/Picker";
import network from "../network/network.module.css";
import { ago } from "../theme/format";
import { versionOf } from "./maps";
import { useOtherRuns } from "./useOther";

/** Chooses the run whose version stands beside the one that is analyzed. */
export function VersionPicker({ value, onChoose }: { value: RunDetails | undefined; onChoose: (run: string) => void }) {
  const { runs } = useOtherRuns(true);
  if (runs?.length === 0) return null;
  return (
    <Picker label="Beside" value={value ? versionOf(value) : "…"} testid="pick-version">
      {(close) => (
        <div className={network.spaces} role="listbox" aria-label="Runs of this project">
          {runs?.map((run) => (
            <button
              type="button"
              key={run.id}
              role="option"
              aria-selected={run.id === value?.id}
              onClick={() => {
                onChoose(run.id);
                close();
              }}
              data-testid="version"
            >
              <b>{versionOf(run)}</b>
              <span>{ago(run.created)}</span>
            </button>
          ))}
        </div>
      )}
    </Picker>
  );
}
