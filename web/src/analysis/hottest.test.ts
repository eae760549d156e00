import { expect, it } from "vitest";
import { hottestWords } from "./hottest";

const TOKENS = "if he wanted to be accurate he should".split(" ");
const grid = (hot: number, count = TOKENS.length) => ({ shape: [count], values: Float32Array.from({ length: count }, (_, at) => (at === hot ? 2 : at / 100)) });

it("tells the hottest word with its neighbours", () => {
  expect(hottestWords(TOKENS, grid(4), null)).toEqual({ before: "… he wanted to", word: "be", after: "accurate he should" });
  expect(hottestWords(TOKENS, grid(0), null)).toEqual({ before: "", word: "if", after: "he wanted to …" });
});

it("tells the first words where the heat does not belong to them one by one", () => {
  const first = { before: "", word: null, after: "if he wanted to be accurate he" };
  expect(hottestWords(TOKENS, grid(4, 5), null)).toEqual(first);
  expect(hottestWords(TOKENS, null, null)).toEqual(first);
  expect(hottestWords([], grid(0), null)).toEqual({ before: "", word: null, after: "" });
});
