import { expect, test } from "vitest";
import type { Cluster } from "../api/types";
import { clustersWithMatches } from "./clusterMatches";

const clusters = [
  { id: "a", name: "A", parent: null },
  { id: "b", name: "B", parent: null },
  { id: "a1", name: "A / 1", parent: "a" },
  { id: "a2", name: "A / 2", parent: "a" },
] as Cluster[];
const dictionary = ["A", "B", "A / 1", "A / 2"];
const cluster = { type: "string" as const, codes: Int32Array.from([0, 0, 1, -1]), dictionary };
const subcluster = { type: "string" as const, codes: Int32Array.from([2, 3, -1, -1]), dictionary };

const found = (bits: number) => [...clustersWithMatches(clusters, Uint8Array.from([bits]), cluster, subcluster)];

test("a cluster has a match when one of its samples is among the matching", () => {
  expect(found(0b0001)).toEqual(["a", "a1"]);
  expect(found(0b0110)).toEqual(["a", "b", "a2"]);
  expect(found(0b1000)).toEqual([]);
});

test("what is not known yet is not taken away", () => {
  expect([...clustersWithMatches(clusters, Uint8Array.from([0b0100]), cluster, undefined)]).toEqual(["b", "a1", "a2"]);
});
