import { expect, it } from "vitest";
import { verdicts } from "./verdicts";

const curves = (deleted: number, inserted: number) => ({ deletion: [10, 0], insertion: [0, 10], deletion_gain: deleted, insertion_gain: inserted });

it("says whether the map beats chance, and by how much", () => {
  const [deleted, inserted] = verdicts(curves(1.234, 2));
  expect(deleted).toBe("Deleting what it marks lowers the target faster than chance: by 1.2 on average.");
  expect(inserted).toBe("Inserting what it marks raises the target faster than chance: by 2 on average.");
});

it("says so where the map is worse than chance", () => {
  const [deleted, inserted] = verdicts(curves(-1, -3));
  expect(deleted).toContain("the map marks what the target does not rest on");
  expect(inserted).toContain("slower than chance, by 3");
});

it("does not make much of little", () => {
  for (const text of verdicts(curves(0.1, -0.1))) expect(text).toContain("at random");
});
