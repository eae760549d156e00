import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import type { Field } from "../api/types";
import { type Coloring, colorBy, sizeBy, type Theme } from "./coloring";
import { lossField, useColumn, useField, useRun, useView } from "./run";

export interface Encoding {
  field: Field | undefined;
  pending: boolean;
  error: unknown;
}

/** The names in use: what the user chose, else the defaults (loss for both; clusters where there is no loss). */
export function useChosen(): { color: string | null; size: string | null; hover: string[] } {
  const { fields, map } = useRun();
  const color = useView((view) => view.color);
  const size = useView((view) => view.size);
  const hover = useView((view) => view.hover);
  return useMemo(() => {
    const loss = lossField(fields)?.name ?? null;
    const cluster = map ? "cluster" : null;
    return {
      color: color === null ? (loss ?? cluster) : color || null,
      size: size === null ? loss : size || null,
      hover: hover ?? defaultHover(fields),
    };
  }, [fields, map, color, size, hover]);
}

/** Loss, then what the model said and what is true, then the first metadata: four lines at a glance. */
function defaultHover(fields: Field[]): string[] {
  const of = (group: Field["group"], most: number) => fields.filter((field) => field.group === group).slice(0, most);
  return [...of("loss", 1), ...of("prediction", 2), ...of("metadata", 2), ...of("metric", 1)].slice(0, 4).map((field) => field.name);
}

export function useTheme(): Theme {
  return useComputedColorScheme("dark");
}

/** How dots are coloured now. */
export function useColoring(): Encoding & { coloring: Coloring | undefined } {
  const theme = useTheme();
  const field = useField(useChosen().color);
  const { column, error, pending } = useColumn(field);
  const coloring = useMemo(() => column && colorBy(column, theme), [column, theme]);
  return { field, coloring, error, pending };
}

/** How dots are sized now. */
export function useSizing(): Encoding & { sizing: ReturnType<typeof sizeBy> | undefined } {
  const field = useField(useChosen().size);
  const { column, error, pending } = useColumn(field);
  const sizing = useMemo(() => column && sizeBy(column), [column]);
  return { field, sizing, error, pending };
}
