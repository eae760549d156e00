import { IconCheck } from "@tabler/icons-react";
import type { MapInfo } from "../api/types";
import { describe } from "../filters/describe";
import type { Clause } from "../filters/types";
import { ago, count } from "../theme/format";
import classes from "./controls.module.css";
import { NewMap } from "./NewMap";
import { Picker } from "./Picker";
import { useRun, useView } from "./run";

export const ALGORITHMS = [
  { value: "umap", label: "UMAP" },
  { value: "tsne", label: "t-SNE" },
  { value: "pca", label: "PCA" },
] as const;

export function algorithmName(algorithm: string): string {
  return ALGORITHMS.find((one) => one.value === algorithm)?.label ?? algorithm;
}

/** The maps of the run, by latent space and algorithm, and the way to a new one. */
export function MapChooser() {
  const { run, map } = useRun();
  const set = useView((view) => view.set);
  const newest = [...run.maps].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
  return (
    <Picker label="Map" value={map ? `${map.space} · ${algorithmName(map.algorithm)}` : "none"} testid="pick-map">
      {(close) => (
        <div className={classes.maps}>
          <div className={classes.group}>Maps of this run</div>
          {newest.map((one) => (
            <button
              type="button"
              key={one.id}
              className={classes.map}
              data-chosen={one.id === map?.id || undefined}
              data-map={one.id}
              onClick={() => {
                // Another map is another place: camera and polygons of the old one mean nothing on it.
                set({ map: one.id, camera: null, selection: { polygons: [], rows: [] } });
                close();
              }}
            >
              <div>
                {one.space} · {algorithmName(one.algorithm)}
                <small>
                  {count(one.n)} samples{population(one)} · {ago(one.created)}
                </small>
              </div>
              {one.id === map?.id && <IconCheck size={14} />}
            </button>
          ))}
          <NewMap onReady={close} />
        </div>
      )}
    </Picker>
  );
}

/** What part of the run a map shows, in words; empty for all of it. */
export function population(map: MapInfo): string {
  const clauses = (map.filter as unknown as Clause[]).filter((clause) => clause.enabled !== false);
  if (clauses.length === 0) return "";
  const words = clauses.map((clause) => Object.values(describe(clause)).filter(Boolean).join(" "));
  return ` (${words.join(", ")})`;
}
