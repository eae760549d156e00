import { useView } from "../explore/run";
import type { Analysis } from "./state";

/** What the analysis shows, and how to change a part of it. */
export function useAnalysis(): [Analysis, (part: Partial<Analysis>) => void] {
  const analysis = useView((view) => view.analysis);
  const set = useView((view) => view.set);
  return [analysis, (part) => set({ analysis: { ...analysis, ...part } })];
}
