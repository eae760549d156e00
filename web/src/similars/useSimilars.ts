import { keepPreviousData, useQuery, useQueryClient, type UseQueryOptions } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type SimilarQuestion } from "../api/client";
import { sampleQuery, similarFileQuery, similarQuery } from "../api/queries";
import type { MapInfo, Sample, Similars, SimilarsOfFile } from "../api/types";
import { type OpenRun, useRun, useView } from "../explore/run";
import { rowsOf } from "../filters/bits";
import type { Grid } from "../heat/grid";
import { useSelected } from "../filters/hooks";
import { active } from "../filters/types";
import { count } from "../theme/format";
import { type FileName, isHere, keep, read } from "./files";
import { shownMap } from "./heat";
import { ask, askFile, clauseOf, isSame, type SimilarsQuestion, withFound } from "./question";

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

/** Fetch the similars of a file, which no sample is. */
export function useFetchSimilarsOfFile(): (file: File) => void {
  const { store } = useRun();
  const fetch = useFetch();
  return useCallback(
    (file) => {
      const { filter, similars } = store.getState();
      fetch(askFile(keep(file), active(filter), similars));
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
      const found = queryClient.fetchQuery(answerQuery(run.id, question, map));
      const sample = question.file ? undefined : queryClient.fetchQuery(sampleQuery(run.id, question.queries[0], map?.id ?? null));
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

/** Similar samples; of a file with its picture. */
export type Found = Similars & Partial<Pick<SimilarsOfFile, "picture" | "notes">>;

export interface Answer {
  question: SimilarsQuestion | null;
  found: Found | undefined;
  /** Whether what is shown answers an earlier question. */
  stale: boolean;
  pending: boolean;
  error: unknown;
  retry: () => void;
  /** The file that is asked about, if this page does not have it any more. */
  gone: FileName | null;
}

/** The question on show with its answer. */
export function useSimilars(): Answer {
  const { run, map } = useRun();
  const question = useView((view) => view.similars);
  const gone = question?.file && !isHere(question.file) ? question.file : null;
  const query = useQuery({
    ...answerQuery(run.id, question ?? NONE, map),
    enabled: question !== null && gone === null,
    placeholderData: keepPreviousData,
  });
  return {
    question,
    found: question === null || gone ? undefined : query.data,
    stale: query.isPlaceholderData,
    pending: query.isFetching,
    error: query.error,
    retry: () => void query.refetch(),
    gone,
  };
}

/** Where the file that is asked about is like what was found; null = not known, or no file. */
export function useFileHeat(question: SimilarsQuestion | null): Grid | null {
  const { run, map } = useRun();
  const file = question?.file ?? null;
  const query = useQuery({ ...fileQuery(run.id, file ?? NO_FILE, requestOf(question ?? NONE, map), true), enabled: file !== null && isHere(file) });
  const maps = file ? query.data?.maps : undefined;
  return useMemo(() => shownMap(maps ?? []), [maps]);
}

/** What the queries are called. */
export function useName(question: SimilarsQuestion): string {
  const { run, map }: OpenRun = useRun();
  const query = useQuery({ ...sampleQuery(run.id, question.queries[0], map?.id ?? null), enabled: question.queries.length > 0 });
  return nameOf(question, query.data);
}

function nameOf({ called, queries }: SimilarsQuestion, first: Sample | undefined): string {
  if (called !== null) return called;
  if (queries.length > 1) return `${count(queries.length)} samples`;
  return first ? `${first.subset}/${first.sample_id}` : "";
}

const NO_FILE: FileName = { key: "", name: "" };
const NONE: SimilarsQuestion = { queries: [], file: null, called: null, space: null, limit: 1, candidates: [], why: false, channels: false, channel: null };

function answerQuery(run: string, question: SimilarsQuestion, map: MapInfo | null): UseQueryOptions<Found> {
  const asked = requestOf(question, map);
  return (question.file ? fileQuery(run, question.file, asked, false) : similarQuery(run, asked)) as UseQueryOptions<Found>;
}

function fileQuery(run: string, file: FileName, { space, limit, filter, map }: SimilarQuestion, why: boolean) {
  return similarFileQuery(run, file.key, { space, limit, filter, map, why, name: file.name }, () => read(file));
}

function requestOf({ queries, space, limit, candidates }: SimilarsQuestion, map: MapInfo | null): SimilarQuestion {
  // Only a filter can name what belongs to a map; without one the answer is the same on every map.
  return { rows: queries, space, limit, filter: candidates, map: candidates.length > 0 ? (map?.id ?? null) : null };
}
