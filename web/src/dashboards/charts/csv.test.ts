import { expect, it } from "vitest";
import type { GroupsAnswer } from "../../api/dashboards";
import { groupsCsv } from "./csv";

const answer: GroupsAnswer = {
  kind: "groups",
  key: "0",
  splits: [{ field: "label", kind: "distinct", values: ["=cat", 'a "b", c'], edges: null, whole_numbers: false, other: null, missing: 2, beyond: 0 }],
  codes: [[0, 1, 2]],
  count: [2, 1, 0],
  count_all: [3, 1, 1],
  measures: [{ matching: [0.5, 0.1, null], all: [0.4, 0.1, 0.9] }],
  matching: 3,
  total: 5,
  dropped: 0,
  notes: [],
};

it("writes groups as lines, with both parts, and nothing that a spreadsheet would run", () => {
  const csv = groupsCsv(answer, [{ aggregate: "average", field: "loss", quantile: null, value: null }], new Map());
  expect(csv.split("\r\n")).toEqual([
    "label,samples,all samples,average loss,\"average loss, all\"",
    "'=cat,2,3,0.5,0.4",
    '"a ""b"", c",1,1,0.1,0.1',
    "missing,0,1,,0.9",
    "",
  ]);
});
