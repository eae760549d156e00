import type { Field } from "../api/types";

const MOST = 24;
const ORDER: Field["group"][] = ["sample", "loss", "metric", "prediction", "metadata", "derived", "latent"];

/** The columns of a table: those chosen that the run has; else who the sample is, then what went wrong, then the rest. */
export function columnsOf(fields: Field[], chosen: string[] | null): Field[] {
  const known = new Map(fields.map((field) => [field.name, field]));
  if (chosen) return chosen.flatMap((name) => known.get(name) ?? []);
  return ORDER.flatMap((group) => fields.filter((field) => field.group === group)).slice(0, MOST);
}
