/** Measures and splits in words. */
import type { Measure, Settings, Split, SplitValues } from "../../api/dashboards";
import { count, number, percent, value } from "../../theme/format";

export const COUNT: Measure = { aggregate: "count", field: null, quantile: null, value: null };

const WORDS: Record<Measure["aggregate"], string> = {
  count: "samples",
  share: "share",
  average: "average",
  min: "least",
  max: "greatest",
  median: "median",
  quantile: "quantile",
  std: "standard deviation",
  sum: "sum",
};

/** `average loss`, `samples`, `share of label cat`. */
export function measureName({ aggregate, field, quantile, value: one }: Measure): string {
  if (aggregate === "count") return WORDS.count;
  if (aggregate === "share") return field ? `share with ${field} ${value(one)}` : "share of samples";
  if (aggregate === "quantile") return `${number((quantile ?? 0.5) * 100)} % quantile of ${field}`;
  return aggregate === "std" || aggregate === "sum" ? `${WORDS[aggregate]} of ${field}` : `${WORDS[aggregate]} ${field}`;
}

/** The first measure, which most charts draw. */
export function firstMeasure(settings: Settings): Measure {
  return settings.measures[0] ?? COUNT;
}

/** Whether the parts' values add up to that of the whole: only then do they stack. */
export function isAdditive({ aggregate, field }: Measure): boolean {
  return aggregate === "count" || aggregate === "sum" || (aggregate === "share" && !field);
}

/** With fewer samples than this, an average is a hint and no finding. */
export const FEW = 5;

/** Whether a measure rests on so few samples that it says little; what is counted is sure. */
export function isUnsure(measure: Measure, samples: number): boolean {
  return !isAdditive(measure) && samples > 0 && samples < FEW;
}

/** What a measure rests on: `of 7,582 samples`, `only 2 samples`. */
export function restsOn(measure: Measure, samples: number): string {
  return `${isUnsure(measure, samples) ? "only" : "of"} ${samplesText(samples)}`;
}

/** A measure's value as people read it. */
export function measureText({ aggregate }: Measure, measured: number | null | undefined): string {
  if (measured === null || measured === undefined) return "no value";
  if (aggregate === "count") return count(measured);
  return aggregate === "share" ? percent(measured) : number(measured);
}

/** `1 sample`, `7,582 samples`. */
export function samplesText(samples: number): string {
  return `${count(samples)} ${samples === 1 ? "sample" : "samples"}`;
}

/** What a split divides by. */
export function splitName(split: Pick<Split, "field" | "kind">): string {
  return split.kind === "version" ? "version" : split.field;
}

/** `average loss by label and subset`. */
export function titleOf(measure: Measure, splits: (Split | null | undefined)[]): string {
  const names = splits.flatMap((split) => (split ? [splitName(split)] : []));
  const last = names.pop();
  const by = last === undefined ? "" : ` by ${names.length > 0 ? `${names.join(", ")} and ${last}` : last}`;
  return capital(measureName(measure) + by);
}

/** A text that begins a title. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The name of one part of a split. `runs` names versions. */
export function partName(split: SplitValues, code: number, runs: ReadonlyMap<string, string>): string {
  if (code === split.missing) return "missing";
  if (code === split.other && split.edges) return "infinite";
  if (code === split.other) return `${count(split.beyond)} other${split.beyond === 1 ? "" : "s"}`;
  if (split.edges) return binName(split.edges, code, split.whole_numbers);
  const one = split.values?.[code] ?? null;
  return split.kind === "version" ? (runs.get(String(one)) ?? String(one)) : value(one);
}

/** `0.5 – 1`; a bin around one whole number is that number. */
function binName(edges: number[], bin: number, wholeNumbers: boolean): string {
  const [from, to] = [edges[bin], edges[bin + 1] - (wholeNumbers ? 1 : 0)];
  return from === to ? number(from) : `${number(from)} – ${number(to)}`;
}
