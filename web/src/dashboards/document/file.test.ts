import { expect, it } from "vitest";
import { emptyDocument, fromText, toText } from "./file";

it("comes back from its file as it was", () => {
  const document = { ...emptyDocument("Loss"), description: "by label" };
  expect(fromText(toText(document))).toEqual(document);
});

it.each([
  ["{", /no JSON/],
  ["7", /holds no dashboard/],
  ['{"name":"x"}', /holds no dashboard/],
  ['{"format":2,"name":"x","dashlets":[]}', /newer percepta/],
])("refuses %s with a sentence", (text, sentence) => {
  expect(() => fromText(text)).toThrow(sentence);
});
