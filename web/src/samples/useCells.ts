import { useQueries } from "@tanstack/react-query";
import { rows as fetchRows } from "../api/dashboards";
import type { Scalar } from "../api/types";
import { useRun } from "../explore/run";
import { nameOf } from "./identity";

/** Lines whose values are asked for together. */
const BLOCK = 64;

/** What is known of a row, by field. */
export type Values = Record<string, Scalar | undefined>;

/** The values of the lines in sight, fetched in blocks: a table of a million rows needs no column as a whole. */
export function useCells(rows: Uint32Array, first: number, end: number, fields: string[]): { valuesOf: (row: number) => Values | undefined; error: unknown } {
  const { run, map } = useRun();
  const blocks = Array.from({ length: Math.max(0, Math.ceil(end / BLOCK) - Math.floor(first / BLOCK)) }, (_, at) => Math.floor(first / BLOCK) + at);
  return useQueries({
    queries: blocks.map((block) => ({
      queryKey: ["cells", run.id, map?.id ?? null, fields, nameOf(rows), block],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const members = [...rows.subarray(block * BLOCK, (block + 1) * BLOCK)];
        const filter = [{ kind: "rows", rows: members, negate: false, enabled: true } as const];
        const answer = await fetchRows(run.id, { filter, fields, map: map?.id ?? null, limit: BLOCK, offset: 0, descending: false }, signal);
        return new Map(answer.rows.map((values): [number, Values] => [values.row as number, values]));
      },
      staleTime: Infinity,
      gcTime: 30_000,
      retry: false,
    })),
    combine: (answers) => ({
      valuesOf: (row: number) => {
        for (const { data } of answers) {
          const values = data?.get(row);
          if (values) return values;
        }
        return undefined;
      },
      error: answers.find(({ error }) => error !== null)?.error ?? null,
    }),
  });
}
