import type { Cluster } from "../api/types";

/**
 * A cluster's name as short as it can be told on the map: its first trait where no other begins so; a sub-cluster
 * stands inside its cluster, so that only what sets it apart needs saying.
 */
export function labelOf(cluster: Cluster, clusters: Cluster[]): string {
  if (cluster.parent !== null) return cluster.name.split(" / ").pop() ?? cluster.name;
  const first = firstTrait(cluster);
  const alike = clusters.filter((other) => other.parent === null && firstTrait(other) === first);
  return alike.length === 1 ? first : cluster.name;
}

function firstTrait({ name }: Cluster): string {
  return name.split(" · ")[0];
}
