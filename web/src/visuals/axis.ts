/** Round numbers that divide a span: 1, 2 or 5 times a power of ten, about `most` of them. */
export function ticks(low: number, high: number, most = 5): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) as number;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** Least and greatest of what is finite; a flat line gets room around it. */
export function extent(series: (number | null)[][]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const line of series)
    for (const value of line)
      if (value !== null && Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** An SVG path; gaps where there is no value. */
export function path(line: (number | null)[], x: (at: number) => number, y: (value: number) => number): string {
  let out = "";
  let pen = false;
  line.forEach((value, at) => {
    if (value === null) pen = false;
    else {
      out += `${pen ? "L" : "M"}${x(at).toFixed(2)} ${y(value).toFixed(2)}`;
      pen = true;
    }
  });
  return out;
}
