/** Seeded populations for the tests of this folder. */

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Dots in clumps, some without a place, some far outside. */
export function clumps(n: number, seed = 1): { x: Float32Array; y: Float32Array } {
  const random = generator(seed);
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const clump = Math.floor(random() * 5);
    x[i] = clump * 3 + random() * random() * 4;
    y[i] = Math.cos(clump) * 5 + random() * random() * 4;
    if (random() < 0.02) x[i] = Number.NaN;
    if (random() < 0.001) y[i] = 500 * random() - 250;
  }
  return { x, y };
}

/** Pack booleans into bits, least significant first. */
export function pack(flags: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => {
    if (flag) bits[i >> 3] |= 1 << (i & 7);
  });
  return bits;
}
