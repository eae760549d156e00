export type Kind = "mnist" | "clusters" | "outliers";

export type Population = {
  x: Float32Array;
  y: Float32Array;
  label: Uint8Array;
  loss: Float32Array;
  groups: { x: number; y: number; text: string; weight: number; code: number }[];
};

/** A small seeded generator (mulberry32), uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Groups that look like a UMAP of images: each a handful of bent strands of unequal density. A few dots lie
 * in other groups' places and have a high loss.
 */
export function population(kind: Kind, n: number, seed = 7): Population {
  const random = generator(seed);
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const count = kind === "mnist" ? 10 : 24;
  const groups = Array.from({ length: count }, (_, g) => {
    const ring = g % 2 === 0 ? 1 : 0.58;
    const angle = (g / count) * 2 * Math.PI + (kind === "mnist" ? 0.2 : 0);
    const spread = kind === "mnist" ? 9 : 12;
    return { x: Math.cos(angle) * spread * ring, y: Math.sin(angle) * spread * ring * 0.8, bend: normal() * 0.9, turn: random() * 6.28 };
  });
  const result: Population = {
    x: new Float32Array(n),
    y: new Float32Array(n),
    label: new Uint8Array(n),
    loss: new Float32Array(n),
    groups: groups.map((g, code) => ({ x: g.x, y: g.y, code, weight: 100 - code, text: kind === "mnist" ? `digit ${code}` : `cluster ${code} · label ${code % 12}` })),
  };
  for (let i = 0; i < n; i++) {
    const label = Math.floor(random() ** (kind === "mnist" ? 1 : 1.4) * count);
    const lost = random() < 0.012;
    const group = groups[lost ? Math.floor(random() * count) : label];
    const strand = Math.floor(random() * 4);
    const along = normal() * 1.25;
    const across = normal() * (0.22 + 0.1 * strand) + group.bend * (along * along * 0.22 - 0.3) + (strand - 1.5) * 0.35;
    const turn = group.turn + strand * 0.12;
    result.x[i] = group.x + Math.cos(turn) * along - Math.sin(turn) * across;
    result.y[i] = group.y + Math.sin(turn) * along + Math.cos(turn) * across;
    result.label[i] = label % 12;
    result.loss[i] = lost ? 1.2 + random() * 3.5 : Math.min(5, Math.abs(normal()) ** 3 * 0.12);
  }
  if (kind === "outliers") {
    result.x[0] = 4000;
    result.y[1] = -4000;
  }
  return result;
}
