import type { Cluster } from "../api/types";
import type { StringColumn } from "../filters/columns";

/** Which clusters have a matching sample, by id. A level whose column is not there yet counts as matching. */
export function clustersWithMatches(clusters: Cluster[], bits: Uint8Array, cluster: StringColumn | undefined, subcluster: StringColumn | undefined): Set<string> {
  const names = [cluster, subcluster].map((column) => column && namesIn(column, bits));
  return new Set(clusters.filter(({ name, parent }) => names[parent === null ? 0 : 1]?.has(name) ?? true).map(({ id }) => id));
}

function namesIn({ codes, dictionary }: StringColumn, bits: Uint8Array): Set<string> {
  const seen = new Uint8Array(dictionary.length);
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] >= 0 && ((bits[row >> 3] >> (row & 7)) & 1) === 1) seen[codes[row]] = 1;
  }
  return new Set(dictionary.filter((_, code) => seen[code] === 1));
}
