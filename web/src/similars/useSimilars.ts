import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type SimilarQuestion } from "../api/client";
import { sampleQuery, similarQuery } from "../api/queries";
import type { MapInfo, Sample, Similars } from "../api/types";
import { type OpenRun, useRun, useView } from "../explore/run";
import { rowsOf } from "../filters/bits";
import { useSelected } from "../filters/hooks";
import { active } from "../filters/types";
import { count } from "../theme/format";
import { ask, clauseOf, isSame, type SimilarsQuestion, withFound } from "./question";

/** Fetch the similars of some rows: show them, light them on the map, and put them into the filter under a name. */
export function useFetchSimilars(): (rows: ArrayLike<number>, called?: string) => void {
  const { store } = useRun();
  const fetch = useFetch();
  return useCallback(
    (rows, called) => {
      if (rows.length === 0) return;
      const { filter, similars } = store.getState();
      const question = ask(rows, called ?? null, active(filter), similars);
      // What is asked for is what is marked; a lasso would let through only what the filter does.
      store.getState().set({ selection: { polygons: [], rows: question.queries } });
      fetch(question);
    },
    [store, fetch],
  );
}

/** Asks a question; what it finds takes its place in the filter. */
export function useFetch(): (question: SimilarsQuestion) => void {
  const open = useRun();
  const queryClient = useQueryClient();
  return useCallback(
    (question) => {
      const { run, map, store } = open;
      store.getState().set({ similars: question });
      const found = queryClient.fetchQuery(similarQuery(run.id, requestOf(question, map)));
      const sample = queryClient.fetchQuery(sampleQuery(run.id, question.queries[0], map?.id ?? null));
      Promise.all([found, sample]).then(
        ([{ rows }, first]) => {
          const { similars, filter, set } = store.getState();
          if (similars && isSame(similars, question) && rows.length > 0) set({ filter: withFound(filter, clauseOf(nameOf(question, first), rows)) });
        },
        // The panel asks the same question, and shows what went wrong.
        () => undefined,
      );
    },
    [open, queryClient],
  );
}

/** The rows that are chosen: the sample in the panel, else the selection. */
export function useChosenRows(): ArrayLike<number> {
  const sample = useView((view) => view.sample);
  const selected = useSelected();
  if (sample !== null) return [sample];
  return selected ? rowsOf(selected.bits) : [];
}

export interface Answer {
  question: SimilarsQuestion | null;
  found: Similars | undefined;
  /** Whether what is shown answers an earlier question. */
  stale: boolean;
  pending: boolean;
  error: unknown;
  retry: () => void;
}

/** The question on show with its answer. */
export function useSimilars(): Answer {
  const { run, map } = useRun();
  const question = useView((view) => view.similars);
  const query = useQuery({
    ...similarQuery(run.id, requestOf(question ?? NONE, map)),
    enabled: question !== null,
    placeholderData: keepPreviousData,
  });
  return {
    question,
    found: question === null ? undefined : query.data,
    stale: query.isPlaceholderData,
    pending: query.isFetching,
    error: query.error,
    retry: () => void query.refetch(),
  };
}

/** What the queries are called. */
export function useName(question: SimilarsQuestion): string {
  const { run, map }: OpenRun = useRun();
  const query = useQuery(sampleQuery(run.id, question.queries[0], map?.id ?? null));
  return nameOf(question, query.data);
}

function nameOf({ called, queries }: SimilarsQuestion, first: Sample | undefined): string {
  if (called !== null) return called;
  if (queries.length > 1) return `${count(queries.length)} samples`;
  return first ? `${first.subset}/${first.sample_id}` : "";
}

const NONE: SimilarsQuestion = { queries: [], called: null, space: null, limit: 1, candidates: [], why: false, channels: false, channel: null };

function requestOf({ queries, space, limit, candidates }: SimilarsQuestion, map: MapInfo | null): SimilarQuestion {
  // Only a filter can name what belongs to a map; without one the answer is the same on every map.
  return { rows: queries, space, limit, filter: candidates, map: candidates.length > 0 ? (map?.id ?? null) : null };
}
