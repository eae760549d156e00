import { render } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MapView } from "./MapView";
import type { PopulationMap } from "./populationMap";

// jsdom has no WebGL: the map exists all the same and says so.
beforeEach(() => vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null));
afterEach(() => vi.restoreAllMocks());

test("hands out the map, takes it back, and leaves nothing behind, mounted twice too", () => {
  const seen: (PopulationMap | null)[] = [];
  const { container, unmount, getByLabelText } = render(
    <StrictMode>
      <MapView onMap={(map) => seen.push(map)} options={{ theme: "dark" }} label="Map of 3 samples" />
    </StrictMode>,
  );
  expect(container.querySelectorAll("canvas").length).toBe(1);
  expect(getByLabelText("Map of 3 samples").tagName).toBe("CANVAS");
  expect(seen.at(-1)?.stats().rows).toBe(0);
  unmount();
  expect(seen.at(-1)).toBeNull();
  expect(container.querySelector("canvas")).toBeNull();
});
