/** Sets of rows as packed bits, least significant first: the form the server sends and the map takes. */

export function pack(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  const whole = flags.length >> 3;
  for (let byte = 0, row = 0; byte < whole; byte++, row += 8) {
    bits[byte] =
      flags[row] |
      (flags[row + 1] << 1) |
      (flags[row + 2] << 2) |
      (flags[row + 3] << 3) |
      (flags[row + 4] << 4) |
      (flags[row + 5] << 5) |
      (flags[row + 6] << 6) |
      (flags[row + 7] << 7);
  }
  for (let row = whole << 3; row < flags.length; row++) bits[row >> 3] |= flags[row] << (row & 7);
  return bits;
}

export function has(bits: Uint8Array, row: number): boolean {
  return ((bits[row >> 3] >> (row & 7)) & 1) === 1;
}

const ONES = new Uint8Array(256);
for (let byte = 1; byte < 256; byte++) ONES[byte] = ONES[byte >> 1] + (byte & 1);

export function count(bits: Uint8Array): number {
  let total = 0;
  for (let byte = 0; byte < bits.length; byte++) total += ONES[bits[byte]];
  return total;
}

/** The rows in the set, ascending. */
export function rowsOf(bits: Uint8Array): Uint32Array {
  const rows = new Uint32Array(count(bits));
  let at = 0;
  for (let byte = 0; byte < bits.length; byte++) {
    const value = bits[byte];
    if (value === 0) continue;
    for (let bit = 0; bit < 8; bit++) if ((value >> bit) & 1) rows[at++] = byte * 8 + bit;
  }
  return rows;
}

/** Rows of `a` that are also in `b`. */
export function and(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length);
  for (let byte = 0; byte < a.length; byte++) out[byte] = a[byte] & b[byte];
  return out;
}
