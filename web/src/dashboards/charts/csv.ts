/** An answer about groups as a table: one line a group. */
import type { GroupsAnswer, Measure } from "../../api/dashboards";
import { COUNT, measureName, partName, splitName } from "./measures";

export interface Table {
  head: string[];
  lines: (string | number | null)[][];
}

/** Parts of the splits, how many samples, and every measure, under the filter and over all. */
export function groupsTable(answer: GroupsAnswer, measures: Measure[], runs: ReadonlyMap<string, string>): Table {
  const asked = measures.length > 0 ? measures : [COUNT];
  const others = asked.flatMap((measure, at) => (measure.aggregate === "count" ? [] : [{ name: measureName(measure), values: answer.measures[at] }]));
  const part = answer.matching < answer.total;
  const head = [...answer.splits.map(splitName), "samples", ...(part ? ["all samples"] : [])];
  for (const { name } of others) head.push(name, ...(part ? [`${name}, all`] : []));
  const lines = answer.count.map((count, group) => [
    ...answer.splits.map((split, at) => partName(split, answer.codes[at][group], runs)),
    count,
    ...(part ? [answer.count_all?.[group] ?? null] : []),
    ...others.flatMap(({ values }) => [values.matching[group], ...(part ? [values.all?.[group] ?? null] : [])]),
  ]);
  return { head, lines };
}

export function groupsCsv(answer: GroupsAnswer, measures: Measure[], runs: ReadonlyMap<string, string>): string {
  return csvOf(groupsTable(answer, measures, runs));
}

export function csvOf({ head, lines }: Table): string {
  return [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** A text that begins like a formula is quoted for spreadsheets, which would run it. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
