import { expect, test } from "vitest";
import type { Field } from "../api/types";
import { columnsOf } from "./columns";

const field = (name: string, group: Field["group"]) => ({ name, group, type: "float", direction: null, description: "" }) as Field;
const fields = [field("loss", "loss"), field("age", "metadata"), field("sample_id", "sample"), field("accuracy", "metric")];

test("who the sample is comes first, then what went wrong", () => {
  expect(columnsOf(fields, null).map(({ name }) => name)).toEqual(["sample_id", "loss", "accuracy", "age"]);
});

test("chosen columns keep their order, and those that the run lacks are left out", () => {
  expect(columnsOf(fields, ["age", "gone", "loss"]).map(({ name }) => name)).toEqual(["age", "loss"]);
});
