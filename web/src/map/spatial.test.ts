import { expect, test } from "vitest";
import { Channels } from "./channels";
import { Spatial } from "./spatial";

/** Dots crowd at the right of an almost empty view. */
function beside(): Spatial {
  const n = 4000;
  const channels = new Channels();
  channels.setPositions(
    Float32Array.from({ length: n }, (_, i) => (i < 10 ? i * 0.02 : i < 1500 ? 1.1 + 0.2 * ((i * 0.618) % 1) : 50 + (i % 60))),
    Float32Array.from({ length: n }, (_, i) => (i * 0.7548) % 1),
  );
  const spatial = new Spatial(channels);
  spatial.reset();
  return spatial;
}

test("a view that rests keeps its order, however few dots are in it", () => {
  const spatial = beside();
  const view = { minX: 0, minY: 0, maxX: 1, maxY: 1 };
  const first = spatial.orderFor(view, false);
  expect(first.changed).toBe(true);
  expect(first.order.rows.length).toBeLessThan(2000);
  expect(spatial.orderFor(view, false)).toEqual({ order: first.order, changed: false });
  expect(spatial.orderFor({ ...view, maxX: 1.1 }, false).changed).toBe(false);
});

test("a view beyond the part at hand has an order of its own", () => {
  const spatial = beside();
  const first = spatial.orderFor({ minX: 0, minY: 0, maxX: 1, maxY: 1 }, false).order;
  const all = spatial.orderFor({ minX: -10, minY: -10, maxX: 120, maxY: 10 }, false);
  expect(all.changed).toBe(true);
  expect(all.order.rows.length).toBe(4000);
  expect(spatial.orderFor({ minX: 0, minY: 0, maxX: 1, maxY: 1 }, false).order.rows.length).toBe(first.rows.length);
});
