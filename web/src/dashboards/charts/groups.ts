/** Reads an answer about groups by the roles that its splits have in a chart. */
import type { GroupsAnswer, Settings, Split, SplitValues } from "../../api/dashboards";
import { compare } from "../../filters/summary";

export const ROLES = ["x", "y", "color", "columns", "rows"] as const;
export type Role = (typeof ROLES)[number];

/** For every split of the answer a code, or null where any will do. */
export type At = (number | null)[];

/** The splits of the settings, in the order in which they are asked. */
export function splitsOf(settings: Settings, roles: readonly Role[]): Split[] {
  return roles.flatMap((role) => settings[role] ?? []);
}

export interface Reading {
  answer: GroupsAnswer;
  /** The split that has a role; undefined where none has. */
  split(role: Role): SplitValues | undefined;
  /** The codes of a role that occur, in order; [null] where no split has the role. */
  codes(role: Role): (number | null)[];
  /** Whether a role's values come by how common they are. */
  byCount(role: Role): boolean;
  /** Codes by role as codes by split. */
  at(codes: Partial<Record<Role, number | null>>): At;
  /** The one group with these codes; -1 where there is none. */
  group(at: At): number;
  /** All groups that fit. */
  groups(at: At): number[];
}

/** Read an answer to a question whose splits are those of `settings` that have one of `roles`. */
export function read(answer: GroupsAnswer, settings: Settings, roles: readonly Role[]): Reading {
  const present = roles.filter((role) => settings[role]);
  const place = new Map(present.map((role, split) => [role, split]));
  const groups = answer.count.length;
  const index = new Map<string, number>();
  for (let group = 0; group < groups; group++) index.set(answer.codes.map((codes) => codes[group]).join(), group);
  const at = (codes: Partial<Record<Role, number | null>>): At => present.map((role) => codes[role] ?? null);
  return {
    answer,
    split: (role) => (place.has(role) ? answer.splits[place.get(role) as number] : undefined),
    codes: (role) => {
      const split = place.get(role);
      if (split === undefined) return [null];
      return [...new Set(answer.codes[split])].sort((a, b) => a - b);
    },
    byCount: (role) => settings[role]?.order === "count",
    at,
    group: (at) => index.get(at.join()) ?? -1,
    groups: (at) =>
      Array.from({ length: groups }, (_, group) => group).filter((group) => at.every((code, split) => code === null || answer.codes[split][group] === code)),
  };
}

/** Codes as people count their values. What is beyond the limit, and what is missing, stays at the end. */
export function naturally(split: SplitValues, codes: (number | null)[]): (number | null)[] {
  const { values, kind } = split;
  if (!values || kind !== "distinct") return codes;
  const known = (code: number | null) => code !== null && code < values.length;
  return [...codes.filter(known).sort((a, b) => compare(values[a as number], values[b as number])), ...codes.filter((code) => !known(code))];
}

/** A measure of a group: of the samples that match the filter, and of all of them. */
export interface Measured {
  matching: number | null;
  all: number | null;
  count: number;
  countAll: number;
}

export function measured(answer: GroupsAnswer, group: number, measure = 0): Measured | null {
  if (group < 0) return null;
  const { matching, all } = answer.measures[measure];
  return {
    matching: answer.count[group] > 0 ? matching[group] : null,
    all: all?.[group] ?? null,
    count: answer.count[group],
    countAll: answer.count_all?.[group] ?? answer.count[group],
  };
}

/** Whether the shared filter leaves something out, so that the whole is drawn behind. */
export function isPart(answer: GroupsAnswer): boolean {
  return answer.matching < answer.total;
}
