/** Versions as a split: the run on show beside others of its project. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Settings, Split } from "../../api/dashboards";
import { runsQuery } from "../../api/queries";
import { useRun } from "../../explore/run";

export const NO_SPLIT: Split = { field: "", kind: "distinct", interval: null, bins: 20, limit: 30, order: "count", descending: true };

/** Settings that colour by version where several are on show and nothing else takes the colour; versions make up no whole to stack. */
export function withVersions(settings: Settings, versions: readonly string[]): Settings {
  if (versions.length === 0 || settings.color) return settings;
  return { ...settings, stacked: false, color: { ...NO_SPLIT, kind: "version", order: "value", descending: false } };
}

/** Names of the project's runs, by id. */
export function useRunNames(): ReadonlyMap<string, string> {
  const { run } = useRun();
  const runs = useQuery(runsQuery(run.project));
  return useMemo(() => new Map([...(runs.data ?? []).map(({ id, name }) => [id, name] as const), [run.id, run.name]]), [runs.data, run.id, run.name]);
}
