/** The run on show: its details, fields, map, view and filter engine, for everything below it. */
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { columnQuery, type ColumnOf } from "../api/queries";
import type { Field, MapInfo, RunDetails } from "../api/types";
import type { Column } from "../filters/columns";
import type { Engine } from "../filters/engine";
import type { View, ViewActions, ViewStore } from "./view";

export interface OpenRun {
  run: RunDetails;
  fields: Field[];
  /** The map on show; null = the run has none yet. */
  map: MapInfo | null;
  engine: Engine;
  store: ViewStore;
}

export const RunContext = createContext<OpenRun | null>(null);

export function useRun(): OpenRun {
  const open = useContext(RunContext);
  if (!open) throw new Error("No run is open here.");
  return open;
}

/** A part of the view; re-renders when it changes. */
export function useView<T>(select: (view: View & ViewActions) => T): T {
  return useStore(useRun().store, select);
}

export function useField(name: string | null): Field | undefined {
  const { fields } = useRun();
  return name === null ? undefined : fields.find((field) => field.name === name);
}

/** The values of a field, fetched when first asked for. */
export function useColumn(field: Field | undefined): { column: Column | undefined; error: unknown; pending: boolean } {
  const { run, map } = useRun();
  const query = useQuery({
    ...columnQuery(run.id, field ?? NO_FIELD, map?.id ?? null),
    enabled: field !== undefined,
  });
  return { column: field && query.data, error: query.error, pending: field !== undefined && query.isPending };
}

const NO_FIELD: ColumnOf = { name: "", type: "float" };

const BUILT_IN: Field[] = [
  { name: "cluster", type: "string", group: "latent", direction: null, description: "The cluster of the map that the sample belongs to, found in the latent space.", expression: null },
  { name: "subcluster", type: "string", group: "latent", direction: null, description: "The sub-group within the cluster.", expression: null },
  { name: "cluster_distance", type: "float", group: "latent", direction: null, description: "Distance of the sample from the centre of its cluster, in the latent space.", expression: null },
  { name: "subset", type: "string", group: "sample", direction: null, description: "The part of the data the sample belongs to.", expression: null },
];

/** The run's fields, with those that every run has. */
export function allFields(run: RunDetails): Field[] {
  const known = new Set(run.fields.map((field) => field.name));
  const built = BUILT_IN.filter((field) => !known.has(field.name) && (field.group === "sample" || run.maps.length > 0));
  return [...run.fields, ...built];
}

/** The field that stands for the error of a sample: the first loss, else none. */
export function lossField(fields: Field[]): Field | undefined {
  return fields.find((field) => field.group === "loss");
}

export const GROUPS: { group: Field["group"]; title: string }[] = [
  { group: "loss", title: "Loss" },
  { group: "metric", title: "Metrics" },
  { group: "prediction", title: "Predictions" },
  { group: "metadata", title: "Metadata" },
  { group: "derived", title: "Derived" },
  { group: "latent", title: "Latent space" },
  { group: "sample", title: "Sample" },
];
