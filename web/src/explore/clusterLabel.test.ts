import { expect, it } from "vitest";
import type { Cluster } from "../api/types";
import { labelOf } from "./clusterLabel";

const cluster = (name: string, parent: string | null = null): Cluster => ({ id: name, name, parent, size: 1, x: 0, y: 0, traits: [], mean_loss: null });

it("says no more than tells clusters apart", () => {
  const clusters = [cluster("label 7 · parity odd"), cluster("label 9 · nearest_class 9"), cluster("label 9 · distance ≥ 2"), cluster("label 7 · parity odd / ink ≤ 0.3", "a")];
  expect(clusters.map((one) => labelOf(one, clusters))).toEqual(["label 7", "label 9 · nearest_class 9", "label 9 · distance ≥ 2", "ink ≤ 0.3"]);
});
