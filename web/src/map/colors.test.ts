import { expect, test } from "vitest";
import { colorChannel, parseColor, sizeCodes } from "./colors";

test("colours are read in every form CSS gives them", () => {
  expect(parseColor("#4c8dff")).toEqual([76, 141, 255]);
  expect(parseColor("#fa0")).toEqual([255, 170, 0]);
  expect(parseColor("#11223344")).toEqual([17, 34, 51]);
  expect(parseColor("rgb(1, 2 , 3)")).toEqual([1, 2, 3]);
});

test("a continuous colour maps its domain onto the ramp; beyond it ends, and NaN is missing", () => {
  const values = Float32Array.from([0, 5, 10, -3, 99, Number.NaN, Infinity]);
  const { codes, table, missing } = colorChannel({ kind: "continuous", values, domain: [0, 10], ramp: ["#000000", "#ff0000"] });
  const red = (row: number) => table[codes[row] * 4];
  expect([0, 2, 3, 4, 6].map(red)).toEqual([0, 255, 0, 255, 255]);
  expect(red(1)).toBeGreaterThan(126);
  expect(red(1)).toBeLessThan(129);
  expect(codes[5]).toBe(missing);
});

test("a domain of one value takes the middle of the ramp", () => {
  const values = Float32Array.from([4, Number.NaN]);
  const { codes, table, missing } = colorChannel({ kind: "continuous", values, domain: [4, 4], ramp: ["#000000", "#ffffff"] });
  expect(Math.abs(table[codes[0] * 4] - 127)).toBeLessThan(2);
  expect(codes[1]).toBe(missing);
});

test("categories carry their colour and a shape each", () => {
  const codes = Uint8Array.from([0, 6, 255]);
  const channel = colorChannel({ kind: "categorical", codes, palette: ["#010203", "#040506", "#000", "#000", "#000", "#000", "#070809"], shapes: true });
  expect(channel.codes).toBe(codes);
  expect(channel.missing).toBe(255);
  expect([...channel.table.subarray(0, 8)]).toEqual([1, 2, 3, 0, 4, 5, 6, 1]);
  expect([...channel.table.subarray(24, 28)]).toEqual([7, 8, 9, 0]);
});

test("sizes run from 0 to 255 over their domain; NaN is the smallest", () => {
  expect([...sizeCodes(Float32Array.from([1, 2, 3, 9, -1, Number.NaN]), [1, 3])]).toEqual([0, 128, 255, 255, 0, 0]);
  expect([...sizeCodes(Float32Array.from([1, 2]), [2, 2])]).toEqual([0, 0]);
});
