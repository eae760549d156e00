/** A clause in words, as a chip shows it. */
import { count, number, value } from "../theme/format";
import type { Clause, Compare, Scalar } from "./types";

export interface Words {
  subject: string;
  verb: string;
  object: string;
}

/** Subject, verb and object of a clause: `loss` `between` `0.5 – 2.3`. */
export function describe(clause: Clause): Words {
  const not = clause.negate === true;
  if (clause.kind === "lasso") return { subject: "lasso", verb: not ? "outside" : "inside", object: `${clause.polygon.length} corners` };
  if (clause.kind === "collection") return { subject: "collection", verb: not ? "is not" : "is", object: clause.name };
  if (clause.kind === "rows" && clause.name) return { subject: not ? "not" : "", verb: "", object: clause.name };
  if (clause.kind === "rows")
    return { subject: "samples", verb: not ? "except" : "only", object: clause.rows.length === 1 ? "1 chosen" : `${count(clause.rows.length)} chosen` };
  return { subject: clause.field, ...compareWords(clause, not) };
}

const SIGNS = { gt: [">", "≤"], ge: ["≥", "<"], lt: ["<", "≥"], le: ["≤", ">"] } as const;

function compareWords(clause: Compare, not: boolean): Omit<Words, "subject"> {
  switch (clause.op) {
    case "missing":
      return { verb: not ? "has a value" : "is missing", object: "" };
    case "contains":
      return { verb: not ? "lacks" : "contains", object: `“${String(clause.value)}”` };
    case "between": {
      const [low, high] = clause.value as [number, number];
      if (low === high) return { verb: not ? "is not" : "is", object: number(low) };
      return { verb: not ? "not in" : "in", object: `${number(low)} – ${number(high)}` };
    }
    case "in": {
      const values = clause.value as Scalar[];
      const shown = values.slice(0, 3).map((one) => value(one));
      const more = values.length - shown.length;
      const one = values.length === 1;
      const object = shown.join(", ") + (more > 0 ? ` +${more}` : "");
      return { verb: one ? (not ? "is not" : "is") : not ? "not in" : "in", object: values.length === 0 ? "nothing" : object };
    }
    default:
      return { verb: SIGNS[clause.op][not ? 1 : 0], object: number(clause.value as number) };
  }
}

/** A value in or out of the list of a field's clause: a click on a legend or a bar. */
export function toggleValue(clause: Compare | undefined, field: string, value: Scalar, negate: boolean): Compare | null {
  const fits = clause?.op === "in" && (clause.negate === true) === negate && clause.enabled !== false;
  if (!fits) return { kind: "compare", field, op: "in", value: [value], ...(negate && { negate }) };
  const values = clause.value as Scalar[];
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  return next.length === 0 ? null : { ...clause, value: next };
}

/** Whether a value passes a field's `in` clause; true without one. */
export function passes(clause: Compare | undefined, value: Scalar): boolean {
  if (!clause || clause.op !== "in" || clause.enabled === false) return true;
  return (clause.value as Scalar[]).includes(value) !== (clause.negate === true);
}
