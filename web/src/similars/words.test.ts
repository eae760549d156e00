import { expect, it } from "vitest";
import { lossWords, tellingWords } from "./words";

const field = { field: "ink", information: 0.2, inside: 0.5, outside: 0.25, share_inside: null, share_outside: null, effect: 1.84 };

it("tells a number by direction and size", () => {
  expect(tellingWords(field)).toEqual({ text: "ink is 1.8 σ higher", rest: "mean 0.5, rest 0.25" });
  expect(tellingWords({ ...field, effect: -0.5 }).text).toBe("ink is 0.5 σ lower");
});

it("tells a value by its shares", () => {
  const label = { field: "label", information: 0.9, inside: "7", outside: null, share_inside: 0.96, share_outside: 0.05, effect: 0.91 };
  expect(tellingWords(label)).toEqual({ text: "label is 7 for 96 %", rest: "rest 5 %" });
  expect(tellingWords({ ...label, inside: null }).text).toBe("label is missing for 96 %");
});

it("compares losses", () => {
  expect(lossWords(0.6, 0.2)).toEqual({ text: "3 × overall", worse: true });
  expect(lossWords(0.26, 0.2)).toEqual({ text: "30 % higher than overall", worse: true });
  expect(lossWords(0.1, 0.2)).toEqual({ text: "50 % lower than overall", worse: false });
  expect(lossWords(0.205, 0.2).worse).toBeNull();
  expect(lossWords(0.5, 0).worse).toBeNull();
});
