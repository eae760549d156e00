import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Field } from "../api/types";
import { useRun } from "../explore/run";
import type { FieldSummary } from "../filters/summary";
import type { RowSet } from "../filters/worker";
import { type Means, meansOf, type Shared, sharedBy } from "./shared";

export type { Shared } from "./shared";

const MOST_FIELDS = 80;
const MOST_SHOWN = 10;
/** Rows times fields that are worth fetching to compare a selection; about 400 MB of columns. */
const MOST_VALUES = 60_000_000;

interface Answered {
  field: Field;
  summary: FieldSummary;
}

export interface SharedAnswer {
  means: Means[];
  shared: Shared[];
  pending: boolean;
  problem: string | null;
}

/** What a selection shares, and its means against the rest. */
export function useShared(selected: RowSet): SharedAnswer {
  const { run, map, fields, engine } = useRun();
  const queryClient = useQueryClient();
  const compared = comparable(fields, run.samples);
  const key = ["shared", run.id, map?.id ?? null, selected.count, hash(selected.bits)];
  const query = useQuery({
    queryKey: key,
    queryFn: async () => {
      const answers: Answered[] = [];
      // One after the other: each asks for a column, other questions may come in between, and what is known shows.
      for (const field of compared) {
        answers.push({ field, summary: await engine.summaryOf(field.name, selected.bits, map?.id ?? null) });
        queryClient.setQueryData(key, { answers: [...answers], done: false });
      }
      return { answers, done: true };
    },
    gcTime: 10_000,
    staleTime: Infinity,
    retry: false,
  });
  const answers = query.data?.answers ?? [];
  const scored = answers.filter(({ field }) => field.group === "loss" || field.group === "metric");
  const rest = answers.filter(({ field }) => field.group !== "loss" && field.group !== "metric");
  return {
    means: scored.flatMap(({ field, summary }) => meansOf(field, summary, selected.count, run.samples) ?? []),
    shared: rest
      .flatMap(({ field, summary }) => sharedBy(field, summary, selected.count, run.samples))
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST_SHOWN),
    pending: query.isPending || query.isFetching,
    problem: query.error ? String(query.error.message) : null,
  };
}

/** Scores first, then what may be shared; as many as are worth fetching. */
function comparable(fields: Field[], rows: number): Field[] {
  const worth = fields.filter((field) => field.name !== "sample_id");
  return [...worth].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(6, Math.min(MOST_FIELDS, Math.floor(MOST_VALUES / rows))));
}

function rank(field: Field): number {
  return field.group === "loss" ? 0 : field.group === "metric" ? 1 : 2;
}

function hash(bits: Uint8Array): number {
  let state = 2166136261;
  for (let byte = 0; byte < bits.length; byte++) state = Math.imul(state ^ bits[byte], 16777619);
  return state >>> 0;
}
