import { useQueries } from "@tanstack/react-query";
import { columnQuery } from "../api/queries";
import type { Field } from "../api/types";
import { sizeBy } from "../explore/coloring";
import { useRun } from "../explore/run";
import type { Column } from "../filters/columns";

/** The ends between which losses are drawn as bars, by field; a few extreme values do not stretch them. */
export function useBars(fields: Field[]): Map<string, [number, number]> {
  const { run } = useRun();
  const losses = fields.filter((field) => field.group === "loss" && field.type !== "string");
  const answers = useQueries({ queries: losses.map((field) => ({ ...columnQuery(run.id, field, null), select: domain })) });
  return new Map(
    losses.flatMap((field, at): [string, [number, number]][] => {
      const ends = answers[at]?.data;
      return ends ? [[field.name, ends]] : [];
    }),
  );
}

function domain(column: Column): [number, number] | null {
  const sized = sizeBy(column);
  return sized && [Math.min(0, sized.domain[0]), sized.domain[1]];
}
