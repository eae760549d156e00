/** What is set beside the sample that is analyzed: another sample of the run, or the same one in another run. */
import { useQuery } from "@tanstack/react-query";
import { locate } from "../api/client";
import { runQuery, runsQuery, similarQuery } from "../api/queries";
import type { RunDetails, RunSummary, Sample, Subset } from "../api/types";
import { useRun } from "../explore/run";
import type { Filter } from "../filters/types";
import type { Analysis } from "./state";

export interface Beside {
  run: RunDetails | undefined;
  row: number | null;
  pending: boolean;
  /** What ties the two together. */
  note: string | null;
  /** Why there is nothing to compare with, and what to do. */
  lack: { title: string; why: string } | null;
  error: unknown;
}

const NOBODY: Beside = { run: undefined, row: null, pending: false, note: null, lack: null, error: null };

/** What stands beside the sample. */
export function useOther(row: number, sample: Sample | undefined, analysis: Analysis): Beside {
  const another = useAnotherSample(row, sample, analysis);
  const version = useAnotherVersion(sample, analysis);
  if (analysis.compare === "sample") return another;
  return analysis.compare === "version" ? version : NOBODY;
}

function useAnotherSample(row: number, sample: Sample | undefined, { compare, other }: Analysis): Beside {
  const { run } = useRun();
  const label = sample?.fields.find(({ name }) => name === "label")?.value ?? null;
  const found = useQuery({
    ...similarQuery(run.id, nearestTo(row, other === "unlike" && label !== null ? labelledOtherwise(label) : [], 1)),
    enabled: compare === "sample" && typeof other !== "number" && (other === "nearest" || label !== null),
  });
  if (typeof other === "number") return other < run.samples ? { ...NOBODY, run, row: other } : lacking("There is no such sample", `The run has no row ${other}. Choose another sample above.`);
  if (other === "unlike" && sample && label === null) return lacking("The sample has no label", "So none is labelled otherwise. Choose the nearest, or any sample by its id.");
  if (found.data?.rows.length === 0) return lacking("Nothing to compare with", "No other sample of the run qualifies. Choose one by its id.");
  const note = found.data ? `similarity ${found.data.scores[0].toFixed(3)} in ${found.data.space}` : null;
  return { ...NOBODY, run, row: found.data?.rows[0] ?? null, note, pending: found.isFetching, error: found.error };
}

function useAnotherVersion(sample: Sample | undefined, { compare, against }: Analysis): Beside {
  const { run: open } = useRun();
  const wanted = compare === "version";
  const others = useOtherRuns(wanted);
  const id = against ?? others.runs?.[0]?.id;
  const run = useQuery({ ...runQuery(id ?? ""), enabled: wanted && id !== undefined });
  const place = useQuery({
    queryKey: ["locate", id, sample?.subset, sample?.sample_id],
    queryFn: async ({ signal }) => {
      const { subset, sample_id } = sample as Sample;
      const found = await locate(id as string, String(sample_id), signal, subset as Subset);
      return found.find((one) => one.sample_id === sample_id && one.subset === subset)?.row ?? null;
    },
    enabled: wanted && id !== undefined && sample !== undefined,
    staleTime: Infinity,
  });
  if (id === undefined && others.runs) return lacking("This project has one run only", `Evaluate another version of the model (percepta evaluate SCRIPT --project "${open.project_name}"), and compare the two here.`);
  if (run.data && place.data === null) return { ...lacking("The other run does not have this sample", `${run.data.name} has no ${sample?.subset}/${sample?.sample_id}: it failed there, or was not evaluated. Choose another run.`), run: run.data };
  return { ...NOBODY, run: run.data, row: place.data ?? null, pending: true, error: others.error ?? run.error ?? place.error };
}

/** The complete runs of the project but this one, the newest first. */
export function useOtherRuns(enabled: boolean): { runs: RunSummary[] | undefined; error: unknown } {
  const { run } = useRun();
  const { data, error } = useQuery({ ...runsQuery(run.project), enabled });
  return { runs: data?.filter(({ id, status }) => id !== run.id && status === "complete").sort((a, b) => Date.parse(b.created) - Date.parse(a.created)), error };
}

/** A question after the nearest samples. */
export function nearestTo(row: number, filter: Filter, limit: number) {
  return { rows: [row], space: null, limit, filter, map: null };
}

function labelledOtherwise(label: string | number | boolean): Filter {
  return [
    { kind: "compare", field: "label", op: "in", value: [label], negate: true },
    { kind: "compare", field: "label", op: "missing", negate: true },
  ];
}

function lacking(title: string, why: string): Beside {
  return { ...NOBODY, lack: { title, why } };
}
