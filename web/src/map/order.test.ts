import { expect, test } from "vitest";
import { drawOrder, type OrderInput, shareOfOrder, takeFrom } from "./order";
import { clumps, generator, pack } from "./testing";

const N = 6000;

function input(changes: Partial<OrderInput> = {}): OrderInput {
  const random = generator(4);
  const flags = Array.from({ length: N }, () => random() < 0.3);
  const sizes = Uint8Array.from({ length: N }, () => Math.floor(random() ** 4 * 256));
  return { ...clumps(N), sizes, mask: pack(flags), hideFiltered: false, candidates: null, ...changes };
}

function matches(of: OrderInput, row: number): boolean {
  return of.mask === null || ((of.mask[row >> 3] >> (row & 7)) & 1) === 1;
}

test("filtered dots come first, then large before small; rows without a place never", () => {
  const given = input();
  const { rows, matching, filtered } = drawOrder(given);
  const placed = [...given.x.keys()].filter((row) => Number.isFinite(given.x[row]) && Number.isFinite(given.y[row]));
  expect([...rows].sort((a, b) => a - b)).toEqual(placed);
  expect(matching).toBe(placed.filter((row) => matches(given, row)).length);
  expect(filtered).toBe(placed.length - matching);
  let last = 7;
  rows.forEach((row, at) => {
    expect(matches(given, row)).toBe(at >= filtered);
    const bucket = (given.sizes as Uint8Array)[row] >> 5;
    if (at === filtered) last = 7;
    expect(bucket).toBeLessThanOrEqual(last);
    last = bucket;
  });
});

test("segments cover the rows without gaps", () => {
  const { rows, segments } = drawOrder(input());
  let at = 0;
  for (const segment of segments) {
    expect(segment.start).toBe(at);
    at += segment.count;
  }
  expect(at).toBe(rows.length);
});

test("hiding leaves filtered rows out", () => {
  const given = input({ hideFiltered: true });
  const { rows, filtered } = drawOrder(given);
  expect(filtered).toBe(0);
  expect(rows.every((row) => matches(given, row))).toBe(true);
});

test("a share of the order is a fair sample, the same one under another mask", () => {
  const given = input({ sizes: null, mask: null });
  const order = drawOrder(given);
  const { ranges, share } = shareOfOrder(order, 600);
  expect(share).toBeCloseTo(600 / order.rows.length);
  const sample = [...order.rows.subarray(0, ranges[0].count)];
  expect(sample.length).toBe(600);
  // Rows are sorted by nothing: both halves of the population are in it alike.
  const early = sample.filter((row) => row < N / 2).length;
  expect(early).toBeGreaterThan(240);
  expect(early).toBeLessThan(360);
  const halved = drawOrder({ ...given, mask: pack(Array.from({ length: N }, (_, i) => i % 2 === 0)), hideFiltered: true });
  const smaller = shareOfOrder(halved, 300).ranges[0].count;
  const again = new Set(sample);
  const common = [...halved.rows.subarray(0, smaller)].filter((row) => again.has(row)).length;
  expect(common / smaller).toBeGreaterThan(0.85);
});

test("rare large dots are in every share", () => {
  const sizes = new Uint8Array(N);
  sizes[17] = 255;
  const order = drawOrder(input({ sizes, mask: null }));
  const { ranges } = shareOfOrder(order, 1000);
  expect(ranges[0]).toMatchObject({ bucket: 7, count: 1 });
  expect(order.rows[0]).toBe(17);
});

test("candidates limit the order to what is seen", () => {
  const candidates = Uint32Array.from([5, 900, 3, 4000]);
  const given = input({ mask: null, sizes: null, candidates });
  const seen = [...candidates].filter((row) => Number.isFinite(given.x[row]) && Number.isFinite(given.y[row]));
  expect([...drawOrder(given).rows].sort()).toEqual(seen.sort());
});

test("pieces put together are the whole", () => {
  const order = drawOrder(input());
  const { ranges } = shareOfOrder(order, Infinity);
  const seen: number[] = [];
  for (let done = 0; done < order.rows.length; done += 700) {
    for (const piece of takeFrom(ranges, done, 700)) seen.push(...order.rows.subarray(piece.start, piece.start + piece.count));
  }
  expect(seen).toEqual([...order.rows]);
});
