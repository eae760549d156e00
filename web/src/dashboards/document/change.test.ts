import { describe, expect, it } from "vitest";
import type { Dashlet, DashboardDocument } from "../../api/dashboards";
import { NO_SETTINGS } from "../spec";
import { addDashlet, changeDashlet, duplicateDashlet, layDashlets, neighbour, removeDashlet } from "./change";

function dashlet(id: string, x: number, y: number, w: number, h: number): Dashlet {
  return { id, kind: "bar", title: id, place: { x, y, w, h }, settings: NO_SETTINGS, filter: [] };
}

const document: DashboardDocument = {
  format: 1,
  name: "One",
  description: "",
  dashlets: [dashlet("a", 0, 0, 8, 6), dashlet("b", 16, 0, 8, 6), dashlet("c", 0, 6, 24, 4)],
};

const placeOf = (changed: DashboardDocument, id: string) => changed.dashlets.find((one) => one.id === id)?.place;

describe("a new dashlet", () => {
  it("fills a hole that holds it", () => {
    expect(placeOf(addDashlet(document, { kind: "line", settings: NO_SETTINGS }, { w: 8, h: 6 }, "new"), "new")).toEqual({ x: 8, y: 0, w: 8, h: 6 });
  });

  it("goes below where none does", () => {
    expect(placeOf(addDashlet(document, { kind: "line", settings: NO_SETTINGS }, { w: 9, h: 6 }, "new"), "new")).toEqual({ x: 0, y: 10, w: 9, h: 6 });
  });

  it("copies another with its settings and title", () => {
    const copied = duplicateDashlet(document, "c", "new").dashlets.at(-1);
    expect(copied).toEqual({ ...document.dashlets[2], id: "new", place: { x: 0, y: 10, w: 24, h: 4 } });
  });
});

it("removes and changes one dashlet, and leaves the others as they are", () => {
  expect(removeDashlet(document, "b").dashlets).toEqual([document.dashlets[0], document.dashlets[2]]);
  const changed = changeDashlet(document, "b", { title: "New" });
  expect(changed.dashlets.map(({ title }) => title)).toEqual(["a", "New", "c"]);
  expect(changed.dashlets[0]).toBe(document.dashlets[0]);
});

it("is the same document where nothing moved", () => {
  const places = new Map(document.dashlets.map(({ id, place }) => [id, { ...place }]));
  expect(layDashlets(document, places)).toBe(document);
  const moved = layDashlets(document, places.set("a", { x: 1, y: 0, w: 8, h: 6 }));
  expect(placeOf(moved, "a")).toEqual({ x: 1, y: 0, w: 8, h: 6 });
});

it.each([
  ["a", [1, 0], "b"],
  ["b", [-1, 0], "a"],
  ["a", [0, 1], "c"],
  ["c", [0, 1], null],
  ["gone", [1, 0], "a"],
] as const)("the neighbour of %s towards %o is %s", (from, towards, found) => {
  expect(neighbour(document.dashlets, from, [...towards])).toBe(found);
});
