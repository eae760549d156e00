/** What a new dashlet shows before its settings are touched. */
import type { Measure, Split } from "../../api/dashboards";
import type { Field } from "../../api/types";
import { lossField } from "../../explore/run";
import { COUNT } from "../charts/measures";
import { NO_SPLIT } from "../charts/versions";

export function distinct(field: string): Split {
  return { ...NO_SPLIT, field };
}

export function bins(field: string): Split {
  return { ...NO_SPLIT, field, kind: "bins", order: "value", descending: false };
}

/** A split that suits a field: numbers in bins, all else by value. */
export function splitFor(field: Field): Split {
  return field.type === "float" ? bins(field.name) : distinct(field.name);
}

/** By the label where there is one, else by another field of few values, else by subset. */
export function byCategory(fields: Field[]): Split {
  const texts = fields.filter((field) => field.type === "string");
  const best = texts.find(({ name }) => /label|class|truth/i.test(name)) ?? texts.find(({ group }) => group === "prediction") ?? texts.find(({ name }) => name === "subset");
  return distinct((best ?? texts[0])?.name ?? "subset");
}

/** In bins of the loss, else of the first number. */
export function byNumber(fields: Field[]): Split | null {
  const field = lossField(fields) ?? fields.find(({ type }) => type === "float") ?? fields.find(({ type }) => type === "integer");
  return field ? bins(field.name) : null;
}

/** The average loss, else how many. */
export function averageOf(fields: Field[]): Measure {
  const loss = lossField(fields);
  return loss ? { ...COUNT, aggregate: "average", field: loss.name } : COUNT;
}
