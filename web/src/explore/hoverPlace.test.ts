import { expect, test } from "vitest";
import { placeOf } from "./hoverPlace";

test("the hover card is right of the pointer, and left of it where the map ends", () => {
  expect(placeOf(100, 200, 900, 700)).toBe("translate(118px, 176px)");
  expect(placeOf(700, 200, 900, 700)).toBe("translate(686px, 176px) translateX(-100%)");
});

test("the hover card does not leave the map above or below", () => {
  expect(placeOf(100, 5, 900, 700)).toBe("translate(118px, 8px)");
  expect(placeOf(100, 690, 900, 700)).toBe("translate(118px, 550px)");
});
