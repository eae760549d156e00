import { expect, test } from "vitest";
import { cardPlace, HEIGHT, WIDTH } from "./cardPlace";

const screen = { width: 1280, height: 800 };
const box = (left: number, top: number) => ({ left, right: left + 200, top, bottom: top + 28 });

test("the card stands right of a name, or left of it at the screen's edge", () => {
  expect(cardPlace(box(100, 300), "beside", screen).left).toBeGreaterThanOrEqual(300);
  expect(cardPlace(box(1000, 300), "beside", screen).left + WIDTH).toBeLessThanOrEqual(1000);
});

test("wherever the name is, the card is wholly on the screen", () => {
  for (const side of ["beside", "below"] as const)
    for (const [left, top] of [[-50, -20], [1200, 790], [600, 400], [0, 799]]) {
      const place = cardPlace(box(left, top), side, screen);
      expect(place.left).toBeGreaterThanOrEqual(0);
      expect(place.left + WIDTH).toBeLessThanOrEqual(screen.width);
      expect(place.top).toBeGreaterThanOrEqual(0);
      expect(place.top + HEIGHT).toBeLessThanOrEqual(screen.height);
    }
});
