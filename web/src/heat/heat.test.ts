import { expect, it } from "vitest";
import { decodeGrid, enlarge, strongest } from "./grid";
import { pixels } from "./paint";
import { LOWERS, RAISES, UNSIGNED } from "./ramps";

function encoded(numbers: number[]): string {
  const bytes = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((number, at) => bytes.setFloat32(at * 4, number, true));
  return btoa(String.fromCharCode(...new Uint8Array(bytes.buffer)));
}

const grid = (shape: number[], values: number[]) => ({ shape, values: Float32Array.from(values) });

it("reads little-endian float32", () => {
  const read = decodeGrid({ shape: [2, 2], values: encoded([1, -0.5, 3e-7, 4]) });
  expect([...read.values]).toEqual([1, -0.5, Math.fround(3e-7), 4]);
  expect(read.shape).toEqual([2, 2]);
});

it("refuses a heat map whose bytes are not those of its shape", () => {
  expect(() => decodeGrid({ shape: [2, 3], values: encoded([1, 2]) })).toThrow("2 × 3 positions came with 8 bytes");
});

it("enlarges as the server does", () => {
  // fusing.enlarge of the same grid: cells cover the same whole.
  expect([...enlarge(grid([2], [0, 1]), [4]).values]).toEqual([0, 0.25, 0.75, 1]);
  expect([...enlarge(grid([2, 2], [0, 1, 2, 3]), [2, 4]).values]).toEqual([0, 0.25, 0.75, 1, 2, 2.25, 2.75, 3]);
  expect([...enlarge(grid([2, 2], [0, 1, 2, 3]), [4, 2]).values]).toEqual([0, 1, 0.5, 1.5, 1.5, 2.5, 2, 3]);
  expect(enlarge(grid([1, 3], [5, 6, 7]), [2, 3])).toEqual(grid([2, 3], [5, 6, 7, 5, 6, 7]));
});

it("knows the strongest of several, whatever its sign", () => {
  expect(strongest([grid([2], [0.5, -4]), grid([1], [3])])).toBe(4);
});

it("paints what speaks for a target, and leaves the rest clear", () => {
  const image = pixels(grid([1, 3], [2, 1, -2]), 3, 1, { signed: false, ramp: "orange", most: 2 });
  expect(Array.from(image.subarray(0, 4))).toEqual([...RAISES, 255]);
  expect(image[7]).toBe(128);
  expect(Array.from(image.subarray(8))).toEqual([0, 0, 0, 0]);
});

it("paints both signs in their colours", () => {
  const image = pixels(grid([1, 2], [4, -4]), 2, 1, { signed: true, ramp: "glow", most: 4 });
  expect([...image]).toEqual([...RAISES, 255, ...LOWERS, 255]);
});

it("paints nothing where nothing counts, and nothing for what is no number", () => {
  expect([...pixels(grid([1, 1], [0]), 1, 1, { signed: true, ramp: "glow", most: 0 })]).toEqual([0, 0, 0, 0]);
  expect([...pixels(grid([1, 1], [Number.NaN]), 1, 1, { signed: true, ramp: "glow", most: 1 })]).toEqual([0, 0, 0, 0]);
});

it("has ramps that are clear at nothing and opaque at the strongest", () => {
  for (const ramp of Object.values(UNSIGNED)) expect([ramp[3], ramp.at(-1)]).toEqual([0, 255]);
});
