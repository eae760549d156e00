/** A question as a dashlet writes it: the page adds what all of them share. */
import type { ChartQuestion, GroupsQuestion } from "../../api/dashboards";
import { wire } from "../../api/client";
import { active, type Filter } from "../../filters/types";

type Unkeyed<Q> = Q extends unknown ? Omit<Q, "key" | "shared" | "filter"> : never;

/** Of a question, what the dashlet decides. */
export type Asked = Unkeyed<ChartQuestion> & {
  /** The dashlet's own filter. */
  filter: Filter;
  /** Fields whose clauses in the shared filter do not apply: a chart does not filter itself. */
  own?: readonly string[];
  /** Leave the shared filter out altogether: what stands in grey behind. */
  whole?: boolean;
};

/** What all questions of a gesture share. */
export interface Scene {
  run: string;
  map: string | null;
  filter: Filter;
  /** Other runs that are asked too. */
  versions: readonly string[];
}

/** The clauses of the shared filter that apply to a question. */
export function sharedFor({ own = [], whole = false }: Pick<Asked, "own" | "whole">, filter: Filter): Filter {
  if (whole) return [];
  return active(filter).filter((clause) => clause.kind !== "compare" || !own.includes(clause.field));
}

/** The question as it goes to the server; `shared` only where it differs from everyone's. */
export function toWire({ own, whole, filter, ...question }: Asked, key: string, everyones: Filter): ChartQuestion {
  const shared = sharedFor({ own, whole }, everyones);
  const differs = shared.length !== everyones.length;
  return { ...question, key, filter: wire(filter), shared: differs ? wire(shared) : null } as ChartQuestion;
}

/** A question about groups, with what is rarely said left at its default. */
export function groups(question: Pick<GroupsQuestion, "splits" | "measures"> & Pick<Asked, "filter" | "own">): Asked {
  return { kind: "groups", context: true, ...question };
}
