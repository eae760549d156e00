import { expect, test } from "vitest";
import { Channels } from "./channels";
import { pack } from "./testing";

function placed(n = 10): Channels {
  const channels = new Channels();
  const x = Float32Array.from({ length: n }, (_, i) => i);
  x[3] = Number.NaN;
  channels.setPositions(x, new Float32Array(n));
  return channels;
}

test("the mask is read least significant bit first, and only placed rows count", () => {
  const channels = placed();
  channels.setMask(pack([true, false, true, true, false, false, false, false, false, true]), "grey");
  expect([0, 1, 2, 9].map((row) => channels.matches(row))).toEqual([true, false, true, true]);
  expect(channels.placed).toBe(9);
  expect(channels.matching).toBe(3);
  channels.setMask(null, "grey");
  expect(channels.matching).toBe(9);
});

test("a mask of another population is ignored until its positions arrive", () => {
  const channels = placed();
  channels.setMask(new Uint8Array(100), "hide");
  expect(channels.matching).toBe(9);
  channels.setPositions(new Float32Array(800), new Float32Array(800));
  expect(channels.matching).toBe(0);
});

test("a mask may be padded to whole words", () => {
  const channels = placed();
  channels.setMask(new Uint8Array(8), "grey");
  expect(channels.matching).toBe(0);
});

test("colours and sizes of another population are ignored until its positions arrive", () => {
  const channels = new Channels();
  channels.setColor({ kind: "categorical", codes: new Uint8Array(4), palette: ["#ff0000"] });
  channels.setSize({ values: new Float32Array(4), domain: [0, 1] });
  expect(channels.color).toBeNull();
  channels.setPositions(new Float32Array(4), new Float32Array(4));
  expect(channels.color?.codes.length).toBe(4);
  expect(channels.sizes?.length).toBe(4);
  channels.setPositions(new Float32Array(5), new Float32Array(5));
  expect(channels.color).toBeNull();
  expect(channels.sizes).toBeNull();
});

test("positions of unequal lengths are refused", () => {
  expect(() => new Channels().setPositions(new Float32Array(3), new Float32Array(2))).toThrow(/x has 3 rows but y has 2/);
});

test("bounds ignore rows without a place; an empty map has some", () => {
  expect(placed().bounds()).toEqual({ minX: 0, minY: 0, maxX: 9, maxY: 0 });
  expect(new Channels().bounds()).toEqual({ minX: -1, minY: -1, maxX: 1, maxY: 1 });
});
