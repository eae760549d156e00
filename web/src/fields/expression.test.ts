import { expect, test } from "vitest";
import { marked, written } from "./expression";

test("what is wrong is a word, a quoted name, a sign, or the end", () => {
  expect(marked("1 + nope * 2", 4)).toEqual({ before: "1 + ", wrong: "nope", after: " * 2" });
  expect(marked("`car percent` > 1", 0).wrong).toBe("`car percent`");
  expect(marked("loss ? 2", 5)).toEqual({ before: "loss ", wrong: "?", after: " 2" });
  expect(marked("loss +", 6)).toEqual({ before: "loss +", wrong: " ", after: "" });
});

test("names that are not plain words stand in backticks", () => {
  expect(written("loss")).toBe("loss");
  expect(written("car percent")).toBe("`car percent`");
  expect(written("2nd")).toBe("`2nd`");
});
