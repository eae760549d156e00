import { expect, it } from "vitest";
import { and, count, has, pack, rowsOf } from "./bits";

it("packs rows from the lowest bit and gives them back", () => {
  const flags = new Uint8Array(19);
  for (const row of [0, 7, 8, 17, 18]) flags[row] = 1;
  const bits = pack(flags);
  expect([...bits]).toEqual([0b1000_0001, 0b0000_0001, 0b0000_0110]);
  expect([...rowsOf(bits)]).toEqual([0, 7, 8, 17, 18]);
  expect(count(bits)).toBe(5);
  expect(has(bits, 8)).toBe(true);
  expect(has(bits, 9)).toBe(false);
});

it("intersects", () => {
  expect([...and(Uint8Array.of(0b1100), Uint8Array.of(0b0110))]).toEqual([0b0100]);
});
