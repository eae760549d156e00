import { Picker } from "../explore/Picker";
import type { NetworkDetails } from "../api/types";
import { count } from "../theme/format";
import classes from "./network.module.css";

/** Chooses the latent space whose layers are lit. */
export function SpacePicker({ spaces, value, onChoose }: { spaces: NetworkDetails["spaces"]; value: string | null; onChoose: (name: string | null) => void }) {
  if (spaces.length === 0) return null;
  return (
    <Picker label="Latent space" value={value ?? "none"} testid="network-space">
      {(close) => (
        <div className={classes.spaces} role="listbox" aria-label="Latent spaces">
          {[null, ...spaces].map((space) => (
            <button
              type="button"
              key={space?.name ?? ""}
              role="option"
              aria-selected={(space?.name ?? null) === value}
              onClick={() => {
                onChoose(space?.name ?? null);
                close();
              }}
            >
              <b>{space?.name ?? "none"}</b>
              <span>{space === null ? "light no layer" : space.layers.length === 0 ? "a function of the script" : `${count(space.layers.length)} ${space.layers.length === 1 ? "layer" : "layers"}`}</span>
            </button>
          ))}
        </div>
      )}
    </Picker>
  );
}
