import { expect, test } from "vitest";
import { type LabelBox, placeLabels } from "./labelPlacement";
import { generator } from "./testing";

const VIEW = { width: 800, height: 500 };

function labels(n: number): LabelBox[] {
  const random = generator(2);
  return Array.from({ length: n }, () => ({
    x: random() * 900 - 50,
    y: random() * 600 - 50,
    width: 60 + random() * 90,
    height: 20,
    weight: random() * 1000,
  }));
}

test("no two labels overlap, and all lie within the view", () => {
  const boxes = labels(200);
  const placed = placeLabels(boxes, VIEW, 100);
  expect(placed.length).toBeGreaterThan(20);
  for (const a of placed) {
    const { width, height } = boxes[a.index];
    expect(a.left).toBeGreaterThanOrEqual(0);
    expect(a.top).toBeGreaterThanOrEqual(0);
    expect(a.left + width).toBeLessThanOrEqual(VIEW.width);
    expect(a.top + height).toBeLessThanOrEqual(VIEW.height);
    for (const b of placed) {
      if (a.index >= b.index) continue;
      const apart =
        a.left + width <= b.left ||
        b.left + boxes[b.index].width <= a.left ||
        a.top + height <= b.top ||
        b.top + boxes[b.index].height <= a.top;
      expect(apart).toBe(true);
    }
  }
});

test("the heaviest label wins its place, at its anchor", () => {
  const at = { x: 400, y: 250, width: 100, height: 20 };
  const placed = placeLabels([{ ...at, weight: 1 }, { ...at, weight: 9 }, { ...at, weight: 5 }], VIEW, 1);
  expect(placed).toEqual([{ index: 1, left: 350, top: 240 }]);
});

test("a label whose anchor is taken steps aside; one too many is left out", () => {
  const at = { x: 400, y: 250, width: 100, height: 20 };
  const crowd = Array.from({ length: 12 }, (_, i) => ({ ...at, y: 250 + 14 * (i % 2), weight: 12 - i }));
  const placed = placeLabels(crowd, VIEW, 12);
  expect(placed.length).toBeGreaterThan(1);
  expect(placed.length).toBeLessThan(6);
});

test("what is shown stays unless something clearly heavier comes", () => {
  const at = { x: 400, y: 250, width: 100, height: 200 };
  const both = (weight: number) => [{ ...at, weight: 10 }, { ...at, weight }];
  expect(placeLabels(both(12), VIEW, 1, new Set([0]))[0].index).toBe(0);
  expect(placeLabels(both(20), VIEW, 1, new Set([0]))[0].index).toBe(1);
});

test("anchors outside the view have no label", () => {
  expect(placeLabels([{ x: -5, y: 100, width: 50, height: 20, weight: 1 }], VIEW, 10)).toEqual([]);
});

test("no label lies under what covers the map", () => {
  const covered = [{ left: 0, top: 0, right: 220, bottom: 300 }];
  const at = { width: 100, height: 20, weight: 1 };
  const placed = placeLabels([{ ...at, x: 100, y: 100 }, { ...at, x: 100, y: 300 }, { ...at, x: 400, y: 100 }], VIEW, 10, new Set(), covered);
  expect(placed.map(({ index }) => index)).toEqual([1, 2]);
  expect(placed[0].top).toBeGreaterThanOrEqual(300);
});
