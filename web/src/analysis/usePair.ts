/** The second of a pair: looked at as the first is, as far as its model allows. */
import { useNavigate } from "@tanstack/react-router";
import { useRun, useView } from "../explore/run";
import { encodeView } from "../explore/viewUrl";
import { INITIAL } from "../explore/view";
import { versionOf } from "./maps";
import type { Analysis } from "./state";
import { type Looked, useLooked } from "./useLooked";
import { type Beside, useOther } from "./useOther";

export interface Paired {
  beside: Beside;
  there: Looked;
  /** What differs beyond the sample or the version. */
  notes: string[];
  /** Analyzes the second, with the first beside it; null while there is none. */
  turn: (() => void) | null;
}

export function usePair(here: Looked, row: number, analysis: Analysis): Paired {
  const beside = useOther(row, here.sample, analysis);
  const { chosen } = here.choices;
  // Without a target nothing is asked: the first says which.
  const there = useLooked({ run: chosen && beside.run, row: beside.row, map: null, side: "there", analysis, like: chosen });
  return { beside, there, notes: notesOf(here, there, analysis), turn: useTurn(there, row, analysis) };
}

function useTurn(there: Looked, row: number, analysis: Analysis): (() => void) | null {
  const { run } = useRun();
  const set = useView((view) => view.set);
  const navigate = useNavigate();
  const { run: other, row: at } = there;
  if (!other || at === null) return null;
  if (other.id === run.id) return () => set({ sample: at, selection: { polygons: [], rows: [at] }, analysis: { ...analysis, other: row } });
  const search = encodeView({ ...INITIAL, sample: at, analysis: { ...analysis, against: run.id } });
  return () => void navigate({ to: "/runs/$run/analyze", params: { run: other.id }, search });
}

function notesOf(here: Looked, there: Looked, { layer }: Analysis): string[] {
  const { run, choices, told, lacking, network } = there;
  const { chosen } = here.choices;
  if (!run || !chosen || !there.sample || !network) return [];
  const version = versionOf(run);
  const notes: string[] = [];
  if (!choices.chosen) notes.push(`${version} has no ${chosen.told}: choose another target above.`);
  if (lacking.length > 0) notes.push(`${version} has no layer ${lacking.join(", ")}: its maps are of ${told ? told.answer.layers.map(({ name }) => name).join(", ") : "other layers"}.`);
  else if (told && layer !== null && here.told?.answer.layers.some(({ name }) => name === layer) && !told.answer.layers.some(({ name }) => name === layer)) notes.push(`Its maps are of other layers (${told.answer.layers.map(({ name }) => name).join(", ")}), fused; ${layer} is not among them.`);
  if (told && here.told && told.answer.method !== here.told.answer.method) notes.push(`Made by ${told.answer.title}, the left by ${here.told.answer.title}: choose a method that both models allow, and the maps can be compared.`);
  return notes;
}
