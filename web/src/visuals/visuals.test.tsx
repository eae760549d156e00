import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SampleVisual } from "../api/types";
import { extent, path, ticks } from "./axis";
import { presentIn } from "./MaskVisual";
import { VisualCard } from "./VisualCard";

const show = (kind: string, document: Record<string, unknown>, images: string[] = []) =>
  render(
    <MantineProvider>
      <VisualCard visual={{ name: "it", kind, document, images } as SampleVisual} />
    </MantineProvider>,
  );

describe("every kind of visual is drawn", () => {
  it("image", () => {
    const { container } = show("image", { width: 28, height: 28 }, ["api/runs/r/visuals/0/0/0"]);
    expect(container.querySelector("img")?.getAttribute("src")).toContain("/api/runs/r/visuals/0/0/0");
  });

  it("boxes, placed by their centre", () => {
    show("image_boxes", { width: 100, height: 50, boxes: [{ x: 0.5, y: 0.5, width: 0.2, height: 0.4, rotation: 30, confidence: 0.9, label: "car", metadata: {} }] }, ["x"]);
    const { style } = screen.getByTestId("box");
    expect([style.left, style.top, style.width, style.height, style.transform]).toEqual(["40%", "30%", "20%", "40%", "rotate(30deg)"]);
  });

  it("tokens with heat, padding left out", () => {
    show("text", { tokens: ["good", "", "bad"], heatmap: [1, 0, -0.5] });
    const tokens = screen.getAllByTestId("token");
    expect(tokens.map((token) => token.textContent)).toEqual(["good", "bad"]);
    expect(tokens[0].style.background).not.toBe(tokens[1].style.background);
  });

  it("tokens with classes", () => {
    show("text_mask", { tokens: ["Ada", "codes"], mask: [1, 0], labels: ["none", "person"] });
    expect(screen.getAllByTestId("token")[0].title).toBe("person");
  });

  it("graphs, with gaps", () => {
    show("graph", { series: [[0, 1, null, 3], [1, 1, 1, 1]], x_label: "t", y_label: "v", x_range: [0, 3], legend: ["a", "b"] });
    expect(screen.getAllByTestId("series")).toHaveLength(2);
    expect(screen.getByText("a")).toBeTruthy();
  });

  it("bars, with what is true", () => {
    show("horizontal_bar", { values: [0.2, 0.8], labels: ["cat", "dog"], truth: [0, 1] });
    expect(screen.getAllByTestId("bar").map((bar) => bar.title)).toEqual(["cat: 0.2, true 0", "dog: 0.8, true 1"]);
  });

  it("names a kind it does not know, and one that is broken, without harm to the rest", () => {
    show("hologram", {});
    expect(screen.getByText(/does not know how to draw a “hologram”/)).toBeTruthy();
  });
});

it("user content is text, never markup", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const { container } = show("text", { tokens: [evil], heatmap: null });
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByTestId("token").textContent).toBe(evil);
});

describe("axes", () => {
  it("ticks are round", () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-3, 17, 4)).toEqual([0, 5, 10, 15]);
    expect(ticks(2, 2)).toEqual([2]);
  });
  it("paths leave gaps", () => {
    expect(path([0, 1, null, 2], (at) => at, (value) => value)).toBe("M0.00 0.00L1.00 1.00M3.00 2.00");
  });
  it("a flat line has room", () => {
    expect(extent([[2, 2]])).toEqual([1.5, 2.5]);
    expect(extent([[null]])).toEqual([0, 1]);
  });
});

it("shares of a mask's classes", () => {
  expect(presentIn(Uint8Array.of(0, 0, 3, 0))).toEqual([
    { id: 0, share: 0.75 },
    { id: 3, share: 0.25 },
  ]);
});
